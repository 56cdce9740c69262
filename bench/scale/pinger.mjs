/**
 * Asks a broker for its versions again and again on a connection of its own, in a process of its own, and says how long the longest
 * answer took: what everybody else felt meanwhile. `node pinger.mjs PORT`; each line that it reads asks for the longest since the last.
 */
import net from 'node:net'

// size, ApiVersions 0, correlation id 1, client id 'pi'
const request = Buffer.from('0000000c001200000000000100027069', 'hex')
let began = 0
let slowest = 0
let left = 0
let isWaiting = false
const socket = net.connect(Number(process.argv[2]), '127.0.0.1', () => ask())
socket.setNoDelay(true)
const ask = () => {
  began = performance.now()
  isWaiting = true
  socket.write(request)
}
socket.on('data', (chunk) => {
  for (let at = 0; at < chunk.length; ) {
    if (left === 0) {
      left = chunk.readInt32BE(at)
      at += 4
    }
    const taken = Math.min(left, chunk.length - at)
    left -= taken
    at += taken
  }
  if (left > 0) return
  isWaiting = false
  slowest = Math.max(slowest, performance.now() - began)
  setTimeout(ask, 1)
})
socket.on('error', () => process.exit(1))
process.stdin.on('data', () => {
  // an answer that is still awaited counts as well
  process.stdout.write(`${Math.max(slowest, isWaiting ? performance.now() - began : 0)}\n`)
  slowest = 0
})
process.stdin.on('end', () => process.exit())
