import type { Connection, Submittable } from 'pg'

/** Where rows go. */
export interface RowSink {
  /** Takes one row (a copy: the bytes are reused); false: full, `drain` before more come. */
  add(row: Uint8Array): boolean
  drain(): Promise<void>
}

/** What the driver's connection can do beyond its types. */
interface Wire extends Connection {
  readonly stream: Connection['stream'] & { pause(): void; resume(): void }
  parse(query: { text: string }): void
  bind(config: object): void
  execute(config: object): void
  sync(): void
}

/**
 * `COPY … TO STDOUT` as a query of the driver. The server sends one message per row (protocol, message formats: CopyData);
 * while the sink drains, the socket is not read, so that no more than the sink and one socket buffer are in memory. Sent
 * by the extended protocol, which takes one statement and no more. Ends as `finished` does.
 */
export class CopyOut implements Submittable {
  readonly finished: Promise<void>
  private readonly text: string
  private readonly sink: RowSink
  private draining: Promise<void> | null = null
  private settle!: { resolve(): void; reject(error: unknown): void }

  constructor(text: string, sink: RowSink) {
    this.text = text
    this.sink = sink
    this.finished = new Promise((resolve, reject) => (this.settle = { resolve, reject }))
    this.finished.catch(() => undefined)
  }

  submit(connection: Connection): void {
    const wire = connection as Wire
    wire.parse({ text: this.text })
    wire.bind({})
    wire.execute({})
    wire.sync()
  }

  handleCopyData({ chunk }: { readonly chunk: Uint8Array }, connection: Wire): void {
    if (this.sink.add(chunk) || this.draining !== null) return
    connection.stream.pause()
    this.draining = this.drain(connection)
  }

  handleCommandComplete(): void {}

  handleReadyForQuery(): void {
    void (this.draining ?? Promise.resolve()).then(() => this.settle.resolve())
  }

  handleError(error: unknown): void {
    this.settle.reject(error)
  }

  private async drain(connection: Wire): Promise<void> {
    try {
      await this.sink.drain()
    } catch (error) {
      this.settle.reject(error)
    }
    this.draining = null
    connection.stream.resume()
  }
}
