import { createReadStream, statSync } from "node:fs";
import { createServer } from "node:http";
import { type AddressInfo } from "node:net";
import { extname, join, normalize, sep } from "node:path";

const ContentTypes: Readonly<Record<string, string>> = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".json": "application/json",
    ".glb": "model/gltf-binary",
    ".wasm": "application/wasm",
};

/** A running file server. */
export interface IFileServer {
    /** Address of the root, without a slash at its end; a secure context for browsers, as WebGPU needs. */
    readonly url: string;
    /** Stops it. */
    closeAsync(): Promise<void>;
}

/**
 * Serves a folder on the loopback interface.
 *
 * @param folder absolute path
 */
export async function ServeFolderAsync(folder: string): Promise<IFileServer> {
    const server = createServer((request, response) => {
        const { pathname } = new URL(request.url ?? "/", "http://127.0.0.1");
        const path = normalize(
            join(folder, decodeURIComponent(pathname.endsWith("/") ? `${pathname}index.html` : pathname)),
        );
        if (!path.startsWith(folder + sep) || !statSync(path, { throwIfNoEntry: false })?.isFile()) {
            response.writeHead(404).end();
            return;
        }
        response.writeHead(200, { "Content-Type": ContentTypes[extname(path)] ?? "application/octet-stream" });
        createReadStream(path).pipe(response);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    return {
        url: `http://127.0.0.1:${port}`,
        closeAsync: async () =>
            await new Promise((resolve) => {
                server.closeAllConnections();
                server.close(() => resolve());
            }),
    };
}
