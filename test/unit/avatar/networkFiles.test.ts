import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { KeepSideFiles, LoadNetworkBytesAsync } from "../../../src/avatar/networks/networkFiles.js";
import { AvatarFormatError } from "../../../src/format/avatarFormatError.js";
import { type IAvatarAsset } from "../../../src/format/avatarAsset.js";
import { type IAvatarNetwork } from "../../../src/format/mapModel.js";
import { MakeSampleAvatar } from "../../support/avatarSamples.js";

const Bytes = Uint8Array.of(1, 2, 3, 4);

/** A server with one file, in the place of the browser's requests. */
class FakeRequest extends EventTarget {
    public static readonly Asked: string[] = [];
    public readyState = 0;
    public status = 0;
    public statusText = "";
    public response: ArrayBuffer | null = null;
    public responseType = "";
    public responseURL = "";
    public timeout = 0;
    public isAborted = false;

    public open(_method: string, url: string): void {
        FakeRequest.Asked.push(url);
        this.responseURL = url;
    }

    public send(): void {
        setTimeout(() => {
            const isThere = this.responseURL.endsWith("nets/decoder.onnx");
            this.readyState = 4;
            this.status = isThere ? 200 : 404;
            this.statusText = isThere ? "OK" : "Not Found";
            this.response = isThere ? Bytes.slice().buffer : null;
            this.dispatchEvent(new Event("readystatechange"));
        }, 0);
    }

    public abort(): void {
        this.isAborted = true;
    }

    public getResponseHeader(): null {
        return null;
    }

    public setRequestHeader(): void {
        // no server reads them
    }
}

function Network(values: Partial<IAvatarNetwork> = {}): IAvatarNetwork {
    return {
        name: "decoder",
        bytes: null,
        uri: "nets/decoder.onnx",
        byteLength: Bytes.length,
        inputs: [],
        outputs: [],
        ...values,
    };
}

describe("the side files of networks", () => {
    let asset: IAvatarAsset;
    const { signal } = new AbortController();

    beforeEach(() => {
        Object.assign(globalThis, { XMLHttpRequest: FakeRequest });
        FakeRequest.Asked.length = 0;
        asset = MakeSampleAvatar({ gaussians: 10, joints: 1 });
        // eslint-disable-next-line @typescript-eslint/require-await -- as a loader's own
        KeepSideFiles(asset, async (uri) => `https://people.example/ada/${uri}`);
    });
    afterEach(() => {
        Reflect.deleteProperty(globalThis, "XMLHttpRequest");
    });

    it("are looked for beside the avatar's file, and those in it nowhere", async () => {
        expect(await LoadNetworkBytesAsync(asset, Network(), signal)).toEqual(Bytes);
        expect(FakeRequest.Asked).toEqual(["https://people.example/ada/nets/decoder.onnx"]);
        expect(await LoadNetworkBytesAsync(asset, Network({ bytes: Bytes, uri: null }), signal)).toBe(Bytes);
        expect(FakeRequest.Asked.length).toBe(1);
    });

    it("are named when they are not there, or are not what the avatar says", async () => {
        const failure = async (network: IAvatarNetwork, of = asset): Promise<unknown> =>
            await LoadNetworkBytesAsync(of, network, signal).catch((error: unknown) => error);
        const missing = await failure(Network({ uri: "nets/other.onnx" }));
        expect(missing).toBeInstanceOf(AvatarFormatError);
        expect(missing).toMatchObject({
            code: "missing-buffer",
            message: expect.stringMatching(/nets\/other\.onnx.*"decoder".*404/),
        });
        expect(await failure(Network({ byteLength: 5 }))).toMatchObject({ code: "truncated" });
        const inMemory = MakeSampleAvatar({ gaussians: 10, joints: 1 });
        expect(await failure(Network(), inMemory)).toMatchObject({ code: "missing-buffer" });
    });

    it("are not waited for when nobody wants them any more", async () => {
        const abort = new AbortController();
        const loading = LoadNetworkBytesAsync(asset, Network(), abort.signal);
        await Promise.resolve();
        abort.abort();
        await expect(loading).rejects.toMatchObject({ code: "missing-buffer" });
    });
});
