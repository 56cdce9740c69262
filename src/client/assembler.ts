export { Assembler } from '../protocol/assembler'
