import { connect } from 'node:net';

/**
 * True when the broker on this port of 127.0.0.1 answers a metadata request and names at least one broker. Spoken by
 * hand (Metadata v1, no topics), so that nothing but the log itself needs a Kafka client.
 */
export function answersMetadata(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let answer = Buffer.alloc(0);
    const end = (yes: boolean): void => {
      socket.destroy();
      resolve(yes);
    };
    socket.setTimeout(1_000, () => end(false));
    socket.on('error', () => end(false));
    socket.on('connect', () => socket.write(metadataRequest()));
    socket.on('data', (chunk: Buffer) => {
      answer = Buffer.concat([answer, chunk]);
      // size, correlation id, number of brokers: four bytes each
      if (answer.length >= 12) end(answer.readInt32BE(8) > 0);
    });
    socket.on('close', () => end(false));
  });
}

function metadataRequest(): Buffer {
  const request = Buffer.alloc(18);
  request.writeInt32BE(14, 0);
  request.writeInt16BE(3, 4); // api key: metadata
  request.writeInt16BE(1, 6); // version
  request.writeInt32BE(1, 8); // correlation id
  request.writeInt16BE(-1, 12); // no client id
  request.writeInt32BE(0, 14); // no topics
  return request;
}
