/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-argument -- documents are broken here in ways that no type describes */
import { JoinGlb, SplitGlb } from "../../../src/format/glbContainer.js";
import { WriteAvatar } from "../../../src/format/writeAvatar.js";
import { MakeSampleAvatar } from "../../support/avatarSamples.js";

/** A file taken apart, to be broken in one place. */
export interface IOpenAvatarFile {
    /** The document. */
    readonly json: any;
    /** Buffer 0. */
    readonly binary: Uint8Array;
    /** The primitive of the Gaussians. */
    readonly primitive: any;
    /** The root extension. */
    readonly extension: any;
    /** Data of an accessor, as a view to write into. */
    readonly data: (accessor: number) => DataView;
    /** Data of an attribute, as a view to write into. */
    readonly attribute: (name: string) => DataView;
}

/** Takes a file apart; the parts are copies. */
export function OpenAvatarFile(bytes: Uint8Array): IOpenAvatarFile {
    const { json: text, binary: shared } = SplitGlb(bytes);
    const json = JSON.parse(new TextDecoder().decode(text));
    const binary = shared!.slice();
    const primitive = json.meshes[0].primitives[0];
    const viewData = (index: number): DataView => {
        const view = json.bufferViews[index];
        return new DataView(binary.buffer, view.byteOffset, view.byteLength);
    };
    const data = (accessor: number): DataView => viewData(json.accessors[accessor].bufferView);
    return {
        json,
        binary,
        primitive,
        extension: json.extensions.BGA_gaussian_avatar,
        data,
        attribute: (name) => data(primitive.attributes[name]),
    };
}

/** Adds an accessor over new data, in an embedded buffer of its own. Gives its index. */
export function AddAccessor(
    { json }: IOpenAvatarFile,
    data: ArrayBufferView,
    description: Readonly<Record<string, unknown>>,
): number {
    const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    const uri = `data:application/octet-stream;base64,${bytes.toString("base64")}`;
    const buffer = json.buffers.push({ byteLength: bytes.length, uri }) - 1;
    const bufferView = json.bufferViews.push({ buffer, byteLength: bytes.length }) - 1;
    return json.accessors.push({ bufferView, ...description }) - 1;
}

let sample: Uint8Array | null = null;

/** A good file of 20 Gaussians, the same on every call; do not write into it. */
export function SampleFile(): Uint8Array {
    sample ??= WriteAvatar(MakeSampleAvatar({ gaussians: 20, seed: 5 }));
    return sample;
}

/**
 * A good file, broken in one place.
 *
 * @param breakIt changes the parts in place; what it returns, if anything, becomes the document
 * @returns the file
 */
export function BrokenFile(breakIt: (file: IOpenAvatarFile) => unknown): Uint8Array {
    const file = OpenAvatarFile(SampleFile());
    breakIt(file);
    return JoinGlb(file.json, file.binary);
}

/** What a broken file must be answered with: the code, and words of its message that name field and remedy. */
export type Case = readonly [title: string, code: string, words: RegExp, file: () => Uint8Array];

/** A file that is broken when the test asks for it. */
export const Broken =
    (breakIt: (file: IOpenAvatarFile) => unknown): (() => Uint8Array) =>
    () =>
        BrokenFile(breakIt);
/** A GLB with any text for JSON. */
export const Text = (text: string) => (): Uint8Array => {
    const json = new TextEncoder().encode(text.padEnd((text.length + 3) & ~3));
    const glb = new Uint8Array(20 + json.length);
    const view = new DataView(glb.buffer);
    [0x46546c67, 2, glb.length, json.length, 0x4e4f534a].forEach((word, index) =>
        view.setUint32(index * 4, word, true),
    );
    glb.set(json, 20);
    return glb;
};
/** Sets one 32-bit float of an attribute. */
export const Float = (name: string, index: number, value: number): (() => Uint8Array) =>
    Broken((file) => file.attribute(name).setFloat32(index * 4, value, true));
/** Prefix of the attributes of Gaussians. */
export const KHR = "KHR_gaussian_splatting:";
/** Sampler of the first track with a path. */
export const Track = (file: IOpenAvatarFile, path: string): any => {
    const animation = file.json.animations[0];
    return animation.samplers[
        animation.channels.find((channel: { target: { path: string } }) => channel.target.path === path).sampler
    ];
};

/** Replaces one value anywhere in a document by something unfit. */
export function MutateJson(root: unknown, random: () => number): void {
    const slots: { holder: Record<string, unknown>; key: string }[] = [];
    const open: unknown[] = [root];
    while (open.length > 0) {
        const holder = open.pop() as Record<string, unknown>;
        for (const key of Object.keys(holder)) {
            slots.push({ holder, key });
            if (typeof holder[key] === "object" && holder[key] !== null) {
                open.push(holder[key]);
            }
        }
    }
    const { holder, key } = slots[Math.floor(random() * slots.length)]!;
    const unfit = [
        null,
        -1,
        0,
        1,
        3.5,
        255,
        65536,
        4294967296,
        1e300,
        "",
        "x",
        [],
        {},
        true,
        [[]],
        // An own key, as only JSON text makes it; in a literal it would be the prototype.
        JSON.parse('{"__proto__":{"polluted":true}}'),
        JSON.parse('{"constructor":{"prototype":{"polluted":true}}}'),
    ];
    holder[key] = unfit[Math.floor(random() * unfit.length)];
}
