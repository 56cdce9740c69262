/**
 * What a server of Node does here that knows nothing of Kafka: it takes frames of one size, writes as many as there are to a file, waits
 * for fdatasync and answers each. What kt reaches is held against it. Prints its port.
 *
 *     node bare.mjs FILE FRAME_BYTES ATONCE
 *
 * It begins a sync when ATONCE frames have come, or when nothing has come for a millisecond.
 */
import { fdatasync, openSync, writevSync } from 'node:fs'
import net from 'node:net'

const [, , file, frameBytes, atOnce] = process.argv
const fd = openSync(file, 'w')
const ANSWER = Buffer.from([0, 0, 0, 4, 0, 0, 0, 1])

const server = net.createServer({ noDelay: true }, (socket) => {
  let pieces = []
  let bytes = 0
  let answered = 0
  let isSyncing = false
  let timer
  const waiting = () => Math.floor(bytes / Number(frameBytes)) - answered
  const sync = () => {
    clearTimeout(timer)
    const count = waiting()
    if (isSyncing || count === 0) return
    isSyncing = true
    answered += count
    writevSync(fd, pieces)
    pieces = []
    fdatasync(fd, (error) => {
      if (error) throw error
      isSyncing = false
      socket.write(Buffer.concat(Array(count).fill(ANSWER)))
      if (waiting() >= Number(atOnce)) sync()
    })
  }
  socket.on('data', (chunk) => {
    pieces.push(chunk)
    bytes += chunk.length
    clearTimeout(timer)
    if (waiting() >= Number(atOnce)) sync()
    else timer = setTimeout(sync, 1)
  })
  socket.on('error', () => {})
})
server.listen(0, '127.0.0.1', () => console.log(server.address().port))
