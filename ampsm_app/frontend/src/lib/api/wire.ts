import { io } from "socket.io-client";

/** What is used of a socket: events in, requests with an acknowledgement out. */
export interface Wire {
  readonly connected: boolean;
  /** Whether it will try to connect again by itself. */
  readonly active: boolean;
  on(event: string, listener: (...args: never[]) => void): unknown;
  emitWithAck(event: string, payload: unknown): Promise<unknown>;
  connect(): unknown;
}

/** The socket to the server that this page came from. Nothing is sent before `connect`. */
export function openWire(): Wire {
  return io({
    // The cookie of the page is checked at the handshake; polling would only add a way in.
    transports: ["websocket"],
    autoConnect: false,
    reconnectionDelay: 200,
    reconnectionDelayMax: 2000,
  });
}
