import { describe, expect, it } from "@jest/globals";
import { type Accessor, Document, NodeIO } from "@gltf-transform/core";
import { RigError } from "../../../src/animation/rig/rigError.js";
import { AvatarBakeError } from "../../../src/convert/bake/avatarBakeError.js";
import { BakeAvatarAsync, type IBakeAvatarOptions } from "../../../src/convert/bake/bakeAvatar.js";
import { LinearToSrgb, MipTexture, SrgbToLinear, TransformUv } from "../../../src/convert/bake/textureSampling.js";
import { type DecodeImage, type IDecodedImage, type ITextureSlot } from "../../../src/convert/bake/riggedCharacter.js";
import { type IAvatarAsset } from "../../../src/format/avatarAsset.js";
import { RewriteGlbJson } from "../../support/rewriteGlb.js";

interface IFigureOptions {
    readonly skin?: boolean;
    readonly joints?: readonly string[];
    readonly corner?: number;
    readonly alpha?: number;
    readonly picture?: boolean;
    readonly uv?: number;
}

/** Joints of a stick figure: name, parent, local offset. */
const Stick: readonly [string, string | null, [number, number, number]][] = [
    ["hips", null, [0, 1, 0]],
    ["spine", "hips", [0, 0.2, 0]],
    ["head", "spine", [0, 0.4, 0]],
    ...(["l", "r"] as const).flatMap((s): [string, string | null, [number, number, number]][] => {
        const x = s === "l" ? 1 : -1;
        return [
            [`upperarm.${s}`, "spine", [0.2 * x, 0.2, 0]],
            [`lowerarm.${s}`, `upperarm.${s}`, [0.2 * x, -0.2, 0]],
            [`hand.${s}`, `lowerarm.${s}`, [0.2 * x, -0.2, 0]],
            [`upperleg.${s}`, "hips", [0.1 * x, 0, 0]],
            [`lowerleg.${s}`, `upperleg.${s}`, [0, -0.45, 0]],
            [`foot.${s}`, `lowerleg.${s}`, [0, -0.45, 0]],
        ];
    }),
];

/** A stick figure in A-pose with one triangle on its left hand, as the bytes of a GLB. */
async function FigureAsync(options: IFigureOptions = {}): Promise<Uint8Array> {
    const document = new Document();
    const buffer = document.createBuffer();
    const scene = document.createScene();
    const nodes = new Map(Stick.map(([name]) => [name, document.createNode(name)]));
    const world = new Map<string, [number, number, number]>();
    const isKept = (name: string): boolean => options.joints?.includes(name) ?? true;
    for (const [name, parent, place] of Stick) {
        const above = parent ? world.get(parent)! : [0, 0, 0];
        // Without a name a bone would still be known by its place.
        const offset = isKept(name) ? place : ([0, 0, 0] as const);
        world.set(name, [0, 1, 2].map((i) => above[i]! + offset[i]!) as [number, number, number]);
        nodes.get(name)!.setTranslation([...offset]);
        (parent ? nodes.get(parent)! : scene).addChild(nodes.get(name)!);
    }
    Stick.filter(([name]) => !isKept(name)).forEach(([name], i) => nodes.get(name)!.setName(`thing${i}`));
    const hand = world.get("hand.l")!;
    const size = options.corner ?? 0.1;
    const accessor = (type: "VEC2" | "VEC3" | "VEC4" | "MAT4", array: Float32Array | Uint8Array): Accessor =>
        document.createAccessor().setType(type).setArray(array).setBuffer(buffer);
    const corners = [...hand, hand[0] + size, hand[1], hand[2], hand[0], hand[1], hand[2] + size];
    const primitive = document
        .createPrimitive()
        .setAttribute("POSITION", accessor("VEC3", Float32Array.from(corners)))
        .setAttribute("TEXCOORD_0", accessor("VEC2", Float32Array.of(options.uv ?? 0.1, 0.1, 0.4, 0.1, 0.1, 0.4)))
        .setAttribute("JOINTS_0", accessor("VEC4", Uint8Array.from([5, 0, 0, 0, 5, 0, 0, 0, 5, 0, 0, 0])))
        .setAttribute("WEIGHTS_0", accessor("VEC4", Float32Array.from([1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0])));
    const material = document.createMaterial("paint").setBaseColorFactor([0.5, 1, 1, options.alpha ?? 1]);
    material.setAlphaMode(options.alpha === undefined ? "OPAQUE" : "BLEND");
    if (options.picture) {
        material.setBaseColorTexture(
            document
                .createTexture("pic")
                .setImage(Uint8Array.of(1, 2, 3))
                .setMimeType("image/png"),
        );
    }
    const meshNode = document
        .createNode("mesh")
        .setMesh(document.createMesh("tri").addPrimitive(primitive.setMaterial(material)));
    scene.addChild(meshNode);
    if (options.skin ?? true) {
        const inverse = Stick.flatMap(([name]) => [
            1,
            0,
            0,
            0,
            0,
            1,
            0,
            0,
            0,
            0,
            1,
            0,
            ...world.get(name)!.map((v) => -v),
            1,
        ]);
        const skin = document.createSkin().setInverseBindMatrices(accessor("MAT4", Float32Array.from(inverse)));
        Stick.forEach(([name]) => skin.addJoint(nodes.get(name)!));
        meshNode.setSkin(skin);
    }
    return await new NodeIO().writeBinary(document);
}

/** Left half red, right half transparent green. */
const Picture: IDecodedImage = {
    width: 4,
    height: 4,
    rgba: Uint8Array.from({ length: 64 }, (_, i) => (i % 16 < 8 ? [200, 0, 0, 255] : [0, 200, 0, 0])[i % 4]!),
};
const decodeImageAsync: DecodeImage = async () => await Promise.resolve(Picture);
const CodeOfAsync = async (work: Promise<unknown>): Promise<string> =>
    await work.then(
        () => "none",
        (error: unknown) =>
            error instanceof AvatarBakeError || error instanceof RigError ? error.code : String(error),
    );

describe("BakeAvatarAsync", () => {
    it("brings an A-pose into the T-pose with the rig's own weights and reads colour in display values", async () => {
        const avatar = await BakeAvatarAsync(await FigureAsync({ picture: true }), {
            decodeImage: decodeImageAsync,
            splats: 20,
        });
        const { positions, colors } = avatar.gaussians;
        // The triangle hangs on the left hand, 0.2 + 2·0.2·√2 from the middle, pointing along the straight arm.
        for (let i = 0; i < 20; i++) {
            expect(positions[i * 3]!).toBeGreaterThan(0.2 + 0.4 * Math.SQRT2 - 1e-5);
            expect(colors[i * 3]!).toBeCloseTo(LinearToSrgb(SrgbToLinear(200 / 255) * 0.5), 4);
            expect(colors[i * 3 + 1]!).toBeCloseTo(0, 4);
        }
        expect(avatar.joints).toHaveLength(55);
        expect(avatar.joints.every((joint) => joint.rotation.join() === "0,0,0,1")).toBe(true);
    });

    it("names what is wrong with a character it cannot bake", async () => {
        const bakeAsync = async (options: IFigureOptions): Promise<string> =>
            await CodeOfAsync(
                BakeAvatarAsync(await FigureAsync(options), { decodeImage: decodeImageAsync, splats: 10 }),
            );
        expect(await bakeAsync({ skin: false })).toBe("no-skin");
        expect(await bakeAsync({ corner: 0 })).toBe("no-triangles");
        expect(await bakeAsync({ corner: NaN })).toBe("invalid-values");
        expect(await bakeAsync({ alpha: 0.01 })).toBe("no-triangles");
        expect(await bakeAsync({ joints: ["hips", "head"] })).toBe("rig-joints-missing");
        expect(await CodeOfAsync(BakeAvatarAsync(Uint8Array.of(1, 2, 3, 4), { decodeImage: decodeImageAsync }))).toBe(
            "invalid-gltf",
        );
        expect(
            await CodeOfAsync(BakeAvatarAsync(await FigureAsync(), { decodeImage: decodeImageAsync, splats: 0 })),
        ).toBe("invalid-options");
        const failing = async (): Promise<IDecodedImage> => await Promise.reject(new Error("not a picture"));
        const textured = await FigureAsync({ picture: true });
        expect(await CodeOfAsync(BakeAvatarAsync(textured, { decodeImage: failing }))).toBe("texture-failed");
    });

    it("lists the missing joints in the message", async () => {
        const joints = Stick.map(([name]) => name).filter((name) => name !== "foot.l");
        await expect(BakeAvatarAsync(await FigureAsync({ joints }), { decodeImage: decodeImageAsync })).rejects.toThrow(
            /left_ankle/,
        );
    });
});

/** What the table below breaks in the figure's document. */
interface IDocument {
    readonly buffers: { byteLength: number }[];
    readonly bufferViews: { byteOffset?: number; byteLength: number }[];
    readonly accessors: { bufferView?: number; byteOffset?: number; count: number; type: string }[];
    readonly meshes: { primitives: { attributes: Record<string, number> }[] }[];
    readonly nodes: { name: unknown; children?: number[]; mesh?: number }[];
    readonly skins: { joints: number[] }[];
    animations?: unknown[];
    extensions?: Record<string, unknown>;
    extensionsUsed?: string[];
    extensionsRequired?: string[];
}

const bakeChangedAsync = async (
    change: (json: IDocument) => void,
    options: Partial<IBakeAvatarOptions> = {},
): Promise<IAvatarAsset> =>
    await BakeAvatarAsync(
        RewriteGlbJson(await FigureAsync(), (json) => {
            change(json as unknown as IDocument);
        }),
        { decodeImage: decodeImageAsync, splats: 10, ...options },
    );
const accessorOf = ({ accessors, meshes }: IDocument, semantic: string): IDocument["accessors"][number] =>
    accessors[meshes[0]!.primitives[0]!.attributes[semantic]!]!;
const animate = (json: IDocument, input: string, output: string): void => {
    const { attributes } = json.meshes[0]!.primitives[0]!;
    json.animations = [
        {
            channels: [{ sampler: 0, target: { node: 0, path: "rotation" } }],
            samplers: [{ input: attributes[input], output: attributes[output] }],
        },
    ];
};

describe("broken characters", () => {
    it.each<[string, string, RegExp, (json: IDocument) => void]>([
        [
            "ask for more vertices than memory holds",
            "too-large",
            /\/accessors\/\d+\/count/,
            (json) => {
                const position = accessorOf(json, "POSITION");
                delete position.bufferView;
                position.count = 3e8;
            },
        ],
        [
            "have flat positions",
            "invalid-gltf",
            /POSITION: VEC2, must be VEC3/,
            (json) => {
                accessorOf(json, "POSITION").type = "VEC2";
            },
        ],
        [
            "have fewer weights than vertices",
            "invalid-gltf",
            /WEIGHTS_0: 2 elements for 3 vertices/,
            (json) => {
                accessorOf(json, "WEIGHTS_0").count = 2;
            },
        ],
        [
            "have fewer texture coordinates than vertices",
            "invalid-gltf",
            /TEXCOORD_0: 2 elements/,
            (json) => {
                accessorOf(json, "TEXCOORD_0").count = 2;
            },
        ],
        [
            "name attributes that are not there",
            "invalid-gltf",
            /there is no accessor 99/,
            (json) => {
                json.meshes[0]!.primitives[0]!.attributes.NORMAL = 99;
            },
        ],
        [
            "name meshes that are not there",
            "invalid-gltf",
            /\/mesh: there is no mesh 9/,
            (json) => {
                json.nodes[0]!.mesh = 9;
            },
        ],
        [
            "name joints that are not there",
            "invalid-gltf",
            /\/skins\/0\/joints\/1: there is no node 999/,
            (json) => {
                json.skins[0]!.joints[1] = 999;
            },
        ],
        [
            "have clips whose times are points",
            "invalid-gltf",
            /samplers\/0\/input: VEC3, must be SCALAR/,
            (json) => {
                animate(json, "POSITION", "WEIGHTS_0");
            },
        ],
        [
            "state more bytes than there are",
            "invalid-gltf",
            /\/buffers\/0\/byteLength/,
            (json) => {
                json.buffers[0]!.byteLength = 1e9;
            },
        ],
        [
            "have views beyond their buffer",
            "invalid-gltf",
            /\/bufferViews\/0: bytes/,
            (json) => {
                json.bufferViews[0]!.byteLength = 1e9;
            },
        ],
        [
            "have accessors beyond their view",
            "invalid-gltf",
            /\/accessors\/\d+: 3 elements/,
            (json) => {
                accessorOf(json, "POSITION").byteOffset = 1e6;
            },
        ],
        [
            "have offsets below zero",
            "invalid-gltf",
            /\/accessors\/\d+\/byteOffset/,
            (json) => {
                accessorOf(json, "POSITION").byteOffset = -12;
            },
        ],
        [
            "have a chain of 20,000 nodes",
            "invalid-gltf",
            /nodes deep/,
            (json) => {
                for (let i = 0; i < 20_000; i++) {
                    json.nodes.push({ name: "link", children: [json.nodes.length + 1] });
                }
                json.nodes.push({ name: "end" });
            },
        ],
        [
            "have a node within itself",
            "invalid-gltf",
            /nodes deep, or within itself/,
            (json) => {
                const first = json.nodes.push({ name: "a", children: [json.nodes.length + 1] });
                json.nodes.push({ name: "b", children: [first - 1] });
            },
        ],
        [
            "have numbers for names",
            "invalid-gltf",
            /\/nodes\/1\/name/,
            (json) => {
                json.nodes[1]!.name = 7;
            },
        ],
        [
            "are compressed with Draco",
            "unsupported-extension",
            /without Draco compression/,
            (json) => {
                json.extensionsUsed = ["KHR_draco_mesh_compression"];
                json.extensionsRequired = ["KHR_draco_mesh_compression"];
            },
        ],
        [
            "require an extension of tomorrow",
            "unsupported-extension",
            /requires EXT_tomorrow/,
            (json) => {
                json.extensionsUsed = ["EXT_tomorrow"];
                json.extensionsRequired = ["EXT_tomorrow"];
            },
        ],
    ])("that %s are refused with the place in the document", async (_, code, message, change) => {
        const error: unknown = await bakeChangedAsync(change).catch((thrown: unknown) => thrown);
        expect(error).toBeInstanceOf(AvatarBakeError);
        expect((error as AvatarBakeError).code).toBe(code);
        expect((error as AvatarBakeError).message).toMatch(message);
    });

    it("get a fixed sentence, with the cause, where no check foresees what is wrong", async () => {
        const error: unknown = await bakeChangedAsync((json) => {
            Object.assign(json, { materials: [null] });
        }).catch((thrown: unknown) => thrown);
        expect(error).toBeInstanceOf(AvatarBakeError);
        expect((error as AvatarBakeError).message).toMatch(/glTF validator/);
        expect((error as AvatarBakeError).cause).toBeInstanceOf(Error);
    });

    it("that are cut off say how many bytes are missing", async () => {
        const whole = await FigureAsync();
        const baking = BakeAvatarAsync(whole.subarray(0, whole.length - 100), { decodeImage: decodeImageAsync });
        await expect(baking).rejects.toThrow(/header states \d+ bytes, the file has \d+/);
    });

    it.each<[string, Record<string, unknown>]>([
        ["VRM 0, empty", { VRM: { humanoid: { humanBones: {} } } }],
        ["VRM 0, without an entry", { VRM: { humanoid: { humanBones: [null] } } }],
        ["VRM 1, without an entry", { VRMC_vrm: { humanoid: { humanBones: { hips: null } } } }],
    ])("whose humanoid is unusable are baked by the names of their bones (%s)", async (_, extensions) => {
        const { gaussians } = await bakeChangedAsync((json) => {
            json.extensions = extensions;
        });
        expect(gaussians.count).toBe(10);
    });

    it("are mended, with a warning, where texture coordinates are no numbers", async () => {
        const warnings: string[] = [];
        const { gaussians } = await BakeAvatarAsync(await FigureAsync({ picture: true, uv: NaN }), {
            decodeImage: decodeImageAsync,
            splats: 10,
            onWarning: (message) => warnings.push(message),
        });
        expect(warnings).toEqual([expect.stringMatching(/"mesh": 1 values of TEXCOORD_0 are not finite/)]);
        expect(gaussians.colors.every(Number.isFinite)).toBe(true);
    });
});

describe("MipTexture", () => {
    it("averages the footprint and keeps the colour of transparent texels out", () => {
        const texture = new MipTexture(Picture);
        const [r, g, , alpha] = texture.sample(0.5, 0.5, 4, "clamp", "clamp");
        expect(alpha).toBeCloseTo(0.5, 2);
        // 8-bit levels.
        expect(LinearToSrgb(r)).toBeCloseTo(200 / 255, 2);
        expect(g).toBeCloseTo(0, 3);
    });

    it("wraps as the sampler says", () => {
        const texture = new MipTexture(Picture);
        const at = (u: number, wrap: "repeat" | "mirror" | "clamp"): number => texture.sample(u, 0.5, 1, wrap, wrap)[3];
        expect(at(1.125, "repeat")).toBeCloseTo(1, 5);
        expect(at(1.125, "mirror")).toBeCloseTo(0, 5);
        expect(at(1.125, "clamp")).toBeCloseTo(0, 5);
        expect(at(-0.125, "mirror")).toBeCloseTo(1, 5);
    });

    it("applies KHR_texture_transform as scale, rotation, offset", () => {
        const slot = { offset: [0.5, 0], rotation: Math.PI / 2, scale: [2, 1] } as unknown as ITextureSlot;
        const [u, v] = TransformUv(slot, 0.25, 0.1);
        // (0.5, 0.1) turned by the extension's matrix [[cos, sin], [−sin, cos]].
        expect(u).toBeCloseTo(0.6, 6);
        expect(v).toBeCloseTo(-0.5, 6);
    });
});
