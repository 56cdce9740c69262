/** Reads a gzipped JSON archive of golden data; its own README says what is in it. */
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'

export function readArchive(path: string): unknown {
  return JSON.parse(gunzipSync(readFileSync(new URL(path, import.meta.url))).toString())
}
