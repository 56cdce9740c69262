/**
 * kt's own settings. Few, and prefixed, so that a Kafka that reads the same file passes over them.
 */
import { boolean } from '../config'

export const ktConfigs = () => ({
  'kt.flush.on.acks': boolean(true, 'HIGH', 'Whether acks=all is answered only when the records are on disk. Off, the operating system writes them when it likes.'),
  'kt.accept.loss': boolean(false, 'LOW', 'Whether a partition goes on without records that were on disk and cannot be read now; what is damaged is kept beside the log.'),
})
