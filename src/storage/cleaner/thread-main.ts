/** The program of a compaction's thread. The build makes one file of it, which lies beside kt's own. */
import { useNativeCrc32c } from '../../protocol/crc32c'
import { realSystem } from '../../system'
import { starterOfThread } from '../../system/threads'
import { serveCompaction } from './thread'

useNativeCrc32c()
serveCompaction(realSystem, starterOfThread())
