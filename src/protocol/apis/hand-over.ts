import { api, int16, int32, string } from '../types'

/**
 * kt's own, spoken only on the unix socket of a data directory and never advertised: asks whoever holds the directory to let go
 * of it. A passing command answers NONE and lets go; a server answers with who it is and stays.
 */
export const HandOver = api({
  key: 27508, // 'kt'
  name: 'KtHandOver',
  versions: [0, 0],
  flexible: 0,
  route: 'any',
  request: {},
  response: {
    errorCode: int16,
    pid: int32.default(0),
    address: string.default(''),
  },
})
