/** What the commands that crash kt take from the tests. */
export { crashEverywhere } from '../../test/crash/states'
