export { keepThreadsReady } from './kernels/ready-threads.ts'
