/** The benchmark's target, in a process of its own: one small page, over plain sockets so that it is never the limit. */
import { createServer } from 'node:net';

const BODY = 'x'.repeat(512);
const REPLY = Buffer.from(
  `HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: ${BODY.length}\r\nconnection: close\r\n\r\n${BODY}`,
);

const server = createServer((socket) => {
  socket.on('error', () => {});
  socket.once('data', () => socket.end(REPLY));
});
server.listen({ port: 0, host: '127.0.0.1', backlog: 1024 }, () => {
  const address = server.address();
  if (typeof address === 'object') process.send?.(address?.port);
});
process.on('disconnect', () => process.exit());
