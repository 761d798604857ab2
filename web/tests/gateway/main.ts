/** `npm run gateway`: the fake gateway by itself, where `npm run dev` looks for the server. */
import { startGateway } from "./gateway.ts";

const gateway = await startGateway({ port: 8000 });
console.log(`fake gateway at ${gateway.url}`);
