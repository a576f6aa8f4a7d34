import { describe, expect, it } from "@jest/globals";
import {
    AvatarFormatError,
    type AvatarFormatErrorCode,
    AvatarFormatErrorCodes,
    AvatarFormatWarningCodes,
} from "../../../src/format/avatarFormatError.js";
import { JoinGlb } from "../../../src/format/glbContainer.js";
import { ReadAvatar, ReadAvatarAsync, ValidateAvatar } from "../../../src/format/readAvatar.js";
import { BrokenFile, type IOpenAvatarFile, SampleFile } from "./fileSurgery.js";

/** What a broken file must be answered with: the code, and words of its message that name field and remedy. */
type Case = readonly [title: string, code: string, words: RegExp, file: () => Uint8Array];

const Broken = (breakIt: (file: IOpenAvatarFile) => unknown) => () => BrokenFile(breakIt);
const Text = (text: string) => () => {
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
const Float = (name: string, index: number, value: number) =>
    Broken((file) => file.attribute(name).setFloat32(index * 4, value, true));
const KHR = "KHR_gaussian_splatting:";
const Track = (file: IOpenAvatarFile, path: string) => {
    const animation = file.json.animations[0];
    return animation.samplers[
        animation.channels.find((channel: { target: { path: string } }) => channel.target.path === path).sampler
    ];
};

const Errors: readonly Case[] = [
    ["another kind of file", "not-glb", /glTF/, () => new TextEncoder().encode("ply\nformat binary")],
    ["an empty file", "not-glb", /glTF/, () => new Uint8Array(0)],
    [
        "container version 1",
        "not-glb",
        /version 1.*glTF 2\.0/,
        () => SampleFile().map((byte, i) => (i === 4 ? 1 : byte)),
    ],
    ["no JSON chunk", "not-glb", /no JSON chunk/, () => SampleFile().map((byte, i) => (i === 16 ? 0 : byte))],
    ["a cut file", "truncated", /states \d+ bytes, the file has/, () => SampleFile().slice(0, -1)],
    ["a cut header", "truncated", /header/, () => SampleFile().slice(0, 9)],
    [
        "a buffer longer than its chunk",
        "truncated",
        /\/buffers\/0\/byteLength/,
        Broken(({ json }) => (json.buffers[0].byteLength += 64)),
    ],
    ["text that is not JSON", "invalid-json", /cannot be read/, Text('{"asset": ')],
    ["JSON nested without end", "too-large", /nested/, Text("[".repeat(5000))],
    ["glTF 1", "invalid-gltf", /\/asset\/version/, Broken(({ json }) => (json.asset.version = "1.0"))],
    [
        "a field of the wrong type",
        "invalid-gltf",
        /\/accessors\/0\/count/,
        Broken(({ json }) => (json.accessors[0].count = "20")),
    ],
    ["an array that is none", "invalid-gltf", /\/nodes.*array/, Broken(({ json }) => (json.nodes = {}))],
    [
        "a required extension nobody knows",
        "unsupported-extension",
        /EXT_future/,
        Broken(({ json }) => json.extensionsRequired.push("EXT_future")),
    ],
    [
        "a later version",
        "unsupported-version",
        /version 2.*reads 1/,
        Broken(({ extension }) => (extension.version = 2)),
    ],
    [
        "an unknown body model",
        "invalid-extension",
        /\/bodyModel/,
        Broken(({ extension }) => (extension.bodyModel = "robot")),
    ],
    [
        "a field we do not define",
        "invalid-extension",
        /\/bodymodel/,
        Broken(({ extension }) => (extension.bodymodel = "smplx")),
    ],
    [
        "a mapped node outside the skin",
        "invalid-extension",
        /joints\/3\/node/,
        Broken(({ extension }) => (extension.joints[3].node = 0)),
    ],
    [
        "an avatar node without Gaussians",
        "invalid-extension",
        /\/avatar/,
        Broken(({ extension }) => (extension.avatar = 5)),
    ],
    [
        "a network from nowhere",
        "invalid-extension",
        /exactly one of uri/,
        Broken(({ extension }) => (extension.networks = [{ name: "n", byteLength: 4, inputs: [], outputs: [] }])),
    ],
    [
        "a tier with an unknown network",
        "invalid-extension",
        /no network "x"/,
        Broken(({ extension }) => extension.tiers.push({ name: "lite", networks: ["x"] })),
    ],
    [
        "a network outside the folder",
        "unsafe-uri",
        /networks\/0\/uri/,
        Broken(
            ({ extension }) =>
                (extension.networks = [{ name: "n", uri: "../n.onnx", byteLength: 4, inputs: [], outputs: [] }]),
        ),
    ],
    [
        "more Gaussians than allowed",
        "too-large",
        /POSITION has 4000001/,
        Broken(({ json, primitive }) => (json.accessors[primitive.attributes.POSITION].count = 4_000_001)),
    ],
    [
        "more joints than allowed",
        "too-large",
        /1025 joints/,
        Broken(({ json }) => (json.skins[0].joints = Array.from({ length: 1025 }, (_, i) => i))),
    ],
    [
        "more expression channels than allowed",
        "too-large",
        /1025 morph targets/,
        Broken(({ primitive }) => (primitive.targets = Array(1025).fill(primitive.targets[0]))),
    ],
    [
        "more clips than allowed",
        "too-large",
        /4097 clips/,
        Broken(({ json }) => (json.animations = Array(4097).fill({ channels: [], samplers: [] }))),
    ],
    [
        "embedded data longer than stated",
        "too-large",
        /buffers\/1|buffers\/0/,
        Broken(({ json }) => {
            json.buffers[0].uri = `data:application/octet-stream;base64,${"A".repeat(4 * json.buffers[0].byteLength)}`;
        }),
    ],
    [
        "a buffer at an absolute address",
        "unsafe-uri",
        /buffers\/0\/uri.*relative/,
        Broken(({ json }) => (json.buffers[0].uri = "https://example.org/a.bin")),
    ],
    [
        "a buffer outside the folder",
        "unsafe-uri",
        /buffers\/0\/uri.*"\.\."/,
        Broken(({ json }) => (json.buffers[0].uri = "a/%2e%2e/%2e%2e/b.bin")),
    ],
    [
        "a side file given to the synchronous reader",
        "missing-buffer",
        /ReadAvatarAsync/,
        Broken(({ json }) => (json.buffers[0].uri = "a.bin")),
    ],
    [
        "embedded data that is not base64",
        "missing-buffer",
        /base64/,
        Broken(({ json }) => (json.buffers[0].uri = "data:application/octet-stream;base64,A*")),
    ],
    ["no skinned Gaussians", "no-avatar", /JOINTS_0/, Broken(({ json }) => delete json.nodes[0].skin)],
    [
        "no opacity",
        "missing-attribute",
        /OPACITY is missing/,
        Broken(({ primitive }) => delete primitive.attributes[`${KHR}OPACITY`]),
    ],
    ["triangles", "missing-attribute", /mode 0/, Broken(({ primitive }) => (primitive.mode = 4))],
    [
        "positions as bytes",
        "invalid-accessor",
        /POSITION is VEC3 of u8.*f32/,
        Broken(({ json, primitive }) => (json.accessors[primitive.attributes.POSITION].componentType = 5121)),
    ],
    [
        "weights for fewer Gaussians",
        "invalid-accessor",
        /WEIGHTS_0 has 19 elements, must have 20/,
        Broken(({ json, primitive }) => (json.accessors[primitive.attributes.WEIGHTS_0].count = 19)),
    ],
    [
        "a stride below an element",
        "invalid-accessor",
        /byteStride 8/,
        Broken(
            ({ json, primitive }) =>
                (json.bufferViews[json.accessors[primitive.attributes.POSITION].bufferView].byteStride = 8),
        ),
    ],
    [
        "a misaligned accessor",
        "invalid-accessor",
        /byteOffset 2/,
        Broken(({ json, primitive }) => (json.accessors[primitive.attributes.POSITION].byteOffset = 2)),
    ],
    [
        "sparse positions",
        "invalid-accessor",
        /stored in full/,
        Broken(({ json, primitive }) => {
            json.accessors[primitive.attributes.POSITION].sparse = json.accessors[primitive.targets[0].POSITION].sparse;
        }),
    ],
    [
        "an accessor past its view",
        "out-of-range",
        /needs \d+ bytes of bufferView/,
        Broken(({ json, primitive }) => (json.accessors[primitive.attributes.POSITION].byteOffset = 8)),
    ],
    [
        "a view past its buffer",
        "out-of-range",
        /bufferViews\/0/,
        Broken(({ json }) => (json.bufferViews[0].byteOffset = 1e6)),
    ],
    [
        "an accessor that is not there",
        "out-of-range",
        /no accessor 999/,
        Broken(({ primitive }) => (primitive.attributes.POSITION = 999)),
    ],
    [
        "a view that is not there",
        "out-of-range",
        /no bufferView 999/,
        Broken(({ json }) => (json.accessors[0].bufferView = 999)),
    ],
    [
        "a buffer that is not there",
        "out-of-range",
        /no buffer 7/,
        Broken(({ json }) => (json.bufferViews[0].buffer = 7)),
    ],
    ["a skin that is not there", "out-of-range", /no skin 3/, Broken(({ json }) => (json.nodes[0].skin = 3))],
    [
        "a joint node that is not there",
        "out-of-range",
        /no node 999/,
        Broken(({ json }) => (json.skins[0].joints[4] = 999)),
    ],
    [
        "a sampler that is not there",
        "out-of-range",
        /no sampler 99/,
        Broken(({ json }) => (json.animations[0].channels[0].sampler = 99)),
    ],
    [
        "unsorted sparse indices",
        "invalid-sparse",
        /sparse\/indices: index 1/,
        Broken(({ json, primitive, binary }) => {
            const view = json.bufferViews[json.accessors[primitive.targets[0].POSITION].sparse.indices.bufferView];
            binary.copyWithin(view.byteOffset + 2, view.byteOffset, view.byteOffset + 2);
        }),
    ],
    [
        "a sparse index past the end",
        "invalid-sparse",
        /stay below 20/,
        Broken(({ json, primitive, binary }) => {
            const view = json.bufferViews[json.accessors[primitive.targets[0].POSITION].sparse.indices.bufferView];
            binary[view.byteOffset + view.byteLength - 1] = 255;
        }),
    ],
    [
        "more sparse rows than rows",
        "invalid-sparse",
        /sparse\/count/,
        Broken(({ json, primitive }) => (json.accessors[primitive.targets[0].POSITION].sparse.count = 21)),
    ],
    [
        "a sparse target over data",
        "invalid-sparse",
        /over zeros/,
        Broken(({ json, primitive }) => (json.accessors[primitive.targets[0].POSITION].bufferView = 0)),
    ],
    ["a position that is no number", "non-finite", /row 2 holds NaN/, Float("POSITION", 7, NaN)],
    ["an infinite scale", "non-finite", /row 0 holds Infinity/, Float(`${KHR}SCALE`, 1, Infinity)],
    [
        "a NaN inverse bind matrix",
        "non-finite",
        /accessors/,
        Broken((file) => file.data(file.json.skins[0].inverseBindMatrices).setFloat32(20, NaN, true)),
    ],
    [
        "a zero quaternion",
        "invalid-rotation",
        /ROTATION: row 0 has length 0/,
        Broken((file) => file.attribute(`${KHR}ROTATION`).setBigUint64(0, 0n)),
    ],
    [
        "a zero quaternion in a clip",
        "invalid-rotation",
        /key 0 has length 0/,
        Broken((file) => {
            const view = file.data(Track(file, "rotation").output);
            [0, 4, 8, 12].forEach((offset) => view.setFloat32(offset, 0, true));
        }),
    ],
    ["a scale of zero", "invalid-scale", /SCALE: row 1 holds 0.*metres/, Float(`${KHR}SCALE`, 3, 0)],
    ["an opacity that is a logit", "invalid-opacity", /OPACITY: row 3 is 4.5.*logit/, Float(`${KHR}OPACITY`, 3, 4.5)],
    [
        "weights that miss one",
        "invalid-weights",
        /WEIGHTS_0: row 0 sums to/,
        Broken((file) => file.attribute("WEIGHTS_0").setUint32(0, 9, true)),
    ],
    [
        "a negative weight",
        "invalid-weights",
        /row 0 has a negative weight/,
        Broken((file) => {
            const { json, primitive } = file;
            const index =
                json.accessors.push({ ...json.accessors[primitive.attributes.POSITION], type: "VEC4", count: 20 }) - 1;
            const scratch = new Float32Array(80);
            scratch.set([1.5, -0.5]);
            json.bufferViews.push({ buffer: 1, byteLength: 320 });
            json.buffers.push({
                byteLength: 320,
                uri: `data:application/octet-stream;base64,${Buffer.from(scratch.buffer).toString("base64")}`,
            });
            json.accessors[index].bufferView = json.bufferViews.length - 1;
            primitive.attributes.WEIGHTS_0 = index;
        }),
    ],
    [
        "a joint beyond the skin",
        "invalid-joint-index",
        /JOINTS_0: row 0 refers to joint 77.*55/,
        Broken((file) => file.attribute("JOINTS_0").setUint8(0, 77)),
    ],
    [
        "matrices for other joints",
        "invalid-skin",
        /inverseBindMatrices: 54 matrices for 55/,
        Broken(({ json }) => (json.accessors[json.skins[0].inverseBindMatrices].count = 54)),
    ],
    [
        "a projective inverse bind matrix",
        "invalid-skin",
        /not affine/,
        Broken((file) => file.data(file.json.skins[0].inverseBindMatrices).setFloat32(60, 2, true)),
    ],
    [
        "joints in a ring",
        "invalid-skeleton",
        /own ancestors|tree/,
        Broken(({ json }) => {
            json.scenes[0].nodes = [0];
            json.nodes[11].children = [1];
        }),
    ],
    [
        "a node with two parents",
        "invalid-skeleton",
        /two parents/,
        Broken(({ json }) => json.nodes[2].children.push(6)),
    ],
    [
        "a joint listed twice",
        "invalid-skeleton",
        /listed twice/,
        Broken(({ json }) => (json.skins[0].joints[4] = json.skins[0].joints[5])),
    ],
    [
        "a scaled joint",
        "invalid-skeleton",
        /"spine1" has scale 2.*apply scales/,
        Broken(({ json }) => (json.nodes[4].scale = [2, 2, 2])),
    ],
    [
        "an SMPL-X joint that rests rotated",
        "invalid-skeleton",
        /"spine1" rests rotated/,
        Broken(({ json }) => (json.nodes[4].rotation = [0, 0.6, 0, 0.8])),
    ],
    [
        "a moving node between joints",
        "invalid-skeleton",
        /between two joints/,
        Broken(({ json }) => {
            json.nodes[4].children = json.nodes[4].children.map(() => json.nodes.length);
            json.nodes.push({ name: "helper", translation: [1, 0, 0], children: [7] });
        }),
    ],
    [
        "two joints of one name",
        "duplicate-name",
        /named "pelvis"/,
        Broken(({ json }) => (json.nodes[9].name = "pelvis")),
    ],
    [
        "an SMPL-X joint mapped twice",
        "duplicate-name",
        /joints\/1: joint pelvis/,
        Broken(({ extension }) => (extension.joints[1].smplx = "pelvis")),
    ],
    [
        "two channels of one name",
        "duplicate-name",
        /named "jawOpen"/,
        Broken(({ extension }) => (extension.expressions[1].name = "jawOpen")),
    ],
    [
        "a channel that is not listed",
        "invalid-morph-target",
        /1 channels for 2/,
        Broken(({ extension }) => extension.expressions.pop()),
    ],
    [
        "channels out of order",
        "invalid-morph-target",
        /morphTarget: is 1, must be 0/,
        Broken(({ extension }) => extension.expressions.reverse()),
    ],
    [
        "a channel without offsets",
        "invalid-morph-target",
        /no POSITION/,
        Broken(({ primitive }) => (primitive.targets[0] = {})),
    ],
    [
        "times that go back",
        "invalid-animation",
        /key 2 is at 0 s/,
        Broken((file) => file.data(Track(file, "rotation").input).setFloat32(8, 0, true)),
    ],
    [
        "a property animated twice",
        "invalid-animation",
        /twice/,
        Broken(({ json }) => json.animations[0].channels.push(json.animations[0].channels[0])),
    ],
    [
        "values for other keys",
        "invalid-accessor",
        /output has 8 elements, must have 9/,
        Broken((file) => (file.json.accessors[Track(file, "rotation").output].count = 8)),
    ],
];

describe("a broken avatar file", () => {
    it.each(Errors)("%s is refused as %s", (_, code, words, file) => {
        const bytes = file();
        const found = ValidateAvatar(bytes).filter(({ severity }) => severity === "error");
        expect(found.map((issue) => issue.code)).toContain(code);
        expect(found.map((issue) => `${issue.path}: ${issue.message}`).join("\n")).toMatch(words);
        let thrown: unknown;
        try {
            ReadAvatar(bytes, { fileName: "ada.glb" });
        } catch (error) {
            thrown = error;
        }
        expect(thrown).toBeInstanceOf(AvatarFormatError);
        expect((thrown as AvatarFormatError).code).toBe(found[0]!.code);
        expect((thrown as AvatarFormatError).message).toMatch(/^ada\.glb: /);
    });

    it("is met in these tests with every code there is", () => {
        const codes = new Set(Errors.map(([, code]) => code));
        expect(AvatarFormatErrorCodes.filter((code) => !codes.has(code))).toEqual([]);
    });

    it("has all its problems listed at once", () => {
        const file = BrokenFile(({ attribute, extension, primitive }) => {
            attribute("POSITION").setFloat32(0, NaN, true);
            attribute("JOINTS_0").setUint8(0, 200);
            extension.expressions.pop();
            delete primitive.attributes[`${KHR}OPACITY`];
        });
        const codes: string[] = ValidateAvatar(file).map(({ code }) => code);
        const expected: AvatarFormatErrorCode[] = ["non-finite", "missing-attribute", "invalid-morph-target"];
        expect(codes).toEqual(expect.arrayContaining(expected));
    });

    it("passes on what its side file loader throws, and asks for no unsafe address", async () => {
        const file = (uri: string): Uint8Array => {
            const bytes = BrokenFile(({ json }) => (json.buffers[0].uri = uri));
            return bytes;
        };
        const asked: string[] = [];
        const failAsync = async (uri: string): Promise<Uint8Array> => {
            asked.push(uri);
            return await Promise.reject(new RangeError("offline"));
        };
        await expect(ReadAvatarAsync(file("a.bin"), failAsync)).rejects.toThrow(RangeError);
        for (const uri of [
            "/a.bin",
            "//host/a.bin",
            "C:\\a.bin",
            "..",
            "x/../../y",
            "file:///etc/passwd",
            "javascript:1",
            "",
            "%00",
            "%zz",
            "a%5c..%5cb",
        ]) {
            await expect(ReadAvatarAsync(file(uri), failAsync)).rejects.toMatchObject({ code: "unsafe-uri" });
        }
        expect(asked).toEqual(["a.bin"]);
    });
});

const Warnings: readonly Case[] = [
    [
        "view-dependent colour",
        "ignored-attribute",
        /SH_DEGREE_1/,
        Broken(({ primitive }) => (primitive.attributes[`${KHR}SH_DEGREE_1_COEF_0`] = primitive.attributes.POSITION)),
    ],
    [
        "an animated joint scale",
        "ignored-channel",
        /scale/,
        Broken(({ json }) => (json.animations[0].channels[0].target.path = "scale")),
    ],
    [
        "a transform above the root",
        "ignored-transform",
        /root joint/,
        Broken(({ json }) => json.nodes.push({ name: "armature", translation: [0, 1, 0], children: [1] })),
    ],
    [
        "stepped keys",
        "approximated-interpolation",
        /STEP/,
        Broken((file) => (Track(file, "rotation").interpolation = "STEP")),
    ],
];

describe("a file with more than an avatar can use", () => {
    it.each(Warnings)("%s gives the warning %s and still reads", (_, code, words, file) => {
        const issues = ValidateAvatar(file());
        expect(issues.map((issue) => issue.severity)).not.toContain("error");
        expect(issues.map((issue) => issue.code)).toContain(code);
        expect(issues.map((issue) => `${issue.path}: ${issue.message}`).join("\n")).toMatch(words);
        expect(ReadAvatar(file()).gaussians.count).toBe(20);
    });

    it("is met in these tests with every warning there is", () => {
        expect(Warnings.map(([, code]) => code).sort()).toEqual([...AvatarFormatWarningCodes].sort());
    });
});

describe("a skinned splat file of others", () => {
    const Foreign = (change: (file: IOpenAvatarFile) => unknown = () => undefined): Uint8Array =>
        BrokenFile((file) => {
            delete file.json.extensions;
            file.json.extensionsUsed = ["KHR_gaussian_splatting"];
            change(file);
        });

    it("is an avatar whose body model and channels are told by names", () => {
        const avatar = ReadAvatar(Foreign());
        expect(avatar.bodyModel).toBe("smplx");
        expect(avatar.joints[15]).toMatchObject({ name: "head", smplx: "head", parent: 12 });
        expect(avatar.morphTargets.map(({ name }) => name)).toEqual(["jawOpen", "mouthSmileLeft"]);
        expect(avatar.credits).toEqual({ license: "unknown", notices: [] });
    });

    it("is of a custom body model when its names are its own, and may rest rotated or by matrix", () => {
        const avatar = ReadAvatar(
            Foreign(({ json }) => {
                json.nodes[1].name = "Hips";
                json.nodes[4].rotation = [0, 0.6, 0, 0.8];
                json.nodes[7] = {
                    ...json.nodes[7],
                    translation: undefined,
                    matrix: [0, 0, -1, 0, 0, 1, 0, 0, 1, 0, 0, 0, 1, 2, 3, 1],
                };
            }),
        );
        expect(avatar.bodyModel).toBe("custom");
        expect(avatar.joints[3]!.rotation).toEqual([0, 0.6, 0, 0.8]);
        expect(avatar.joints[6]!.translation).toEqual([1, 2, 3]);
        // The matrix turns x to -z: a quarter turn about y.
        avatar.joints[6]!.rotation.forEach((value, c) =>
            expect(value).toBeCloseTo([0, Math.SQRT1_2, 0, Math.SQRT1_2][c]!, 6),
        );
    });

    it("has its joints brought into parents-first order, and all that refers to them with it", () => {
        const straight = ReadAvatar(Foreign());
        const reversed = ReadAvatar(
            Foreign((file) => {
                const { json } = file;
                json.skins[0].joints.reverse();
                const joints = file.attribute("JOINTS_0");
                for (let i = 0; i < joints.byteLength; i++) {
                    joints.setUint8(i, 54 - joints.getUint8(i));
                }
                const matrices = file.data(json.skins[0].inverseBindMatrices);
                const rows = Array.from(
                    { length: 55 },
                    (_, j) =>
                        new Uint8Array(
                            matrices.buffer.slice(matrices.byteOffset + j * 64, matrices.byteOffset + j * 64 + 64),
                        ),
                );
                rows.reverse().forEach((row, j) => file.binary.set(row, matrices.byteOffset + j * 64));
            }),
        );
        reversed.joints.forEach((joint, index) => expect(joint.parent).toBeLessThan(index));
        const nameOf = (avatar: typeof straight, slot: number): string =>
            avatar.joints[avatar.gaussians.jointIndices[slot]!]!.name;
        for (let slot = 0; slot < 80; slot++) {
            if (straight.gaussians.jointWeights[slot]! > 0) {
                expect(nameOf(reversed, slot)).toBe(nameOf(straight, slot));
            }
        }
        straight.joints.forEach(({ name }, index) => {
            const other = reversed.joints.findIndex((joint) => joint.name === name);
            expect(reversed.inverseBindMatrices.subarray(other * 16, other * 16 + 16)).toEqual(
                straight.inverseBindMatrices.subarray(index * 16, index * 16 + 16),
            );
        });
    });

    it("keeps keys named like prototypes apart from objects", () => {
        const bytes = Foreign(({ json }) => {
            json.extras = { polluted: true };
            json.nodes[2].name = "__proto__";
        });
        const text = new TextDecoder().decode(bytes).includes("polluted");
        expect(text).toBe(true);
        expect(ReadAvatar(bytes).joints[1]!.name).toBe("__proto__");
        expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
    });

    it("is whole or refused, also when it holds nothing at all", () => {
        expect(
            ValidateAvatar(JoinGlb({ asset: { version: "2.0" } }, new Uint8Array(0))).map(({ code }) => code),
        ).toEqual(["no-avatar"]);
    });
});
