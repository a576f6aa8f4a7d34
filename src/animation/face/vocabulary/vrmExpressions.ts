import * as v from "valibot";
import { AvatarFormatError } from "../../../format/avatarFormatError.js";
import { SplitGlb } from "../../../format/glbContainer.js";
import { ParseJsonText } from "../../../format/jsonText.js";
import { FaceError } from "../faceError.js";
import { type ArkitName } from "./arkit.js";
import { type FaceStatements, type IFaceChannel } from "./faceMapping.js";
import { FindKnownShape } from "./knownShapes.js";

/** Most expressions of a model, and most targets that one binds, that are read. */
const MaxExpressions = 1024;
const MaxBinds = 1024;

/** VRM 0 writes the weights of its binds in percent. */
const Vrm0Unit = 0.01;

/** What VRM 1 calls the presets of VRM 0: recordings made for one play on the other. */
const Vrm1Names: Readonly<Record<string, string>> = {
    a: "aa",
    i: "ih",
    u: "ou",
    e: "ee",
    o: "oh",
    joy: "happy",
    sorrow: "sad",
    fun: "relaxed",
    blink_l: "blinkLeft",
    blink_r: "blinkRight",
    lookup: "lookUp",
    lookdown: "lookDown",
    lookleft: "lookLeft",
    lookright: "lookRight",
};

const Text = v.pipe(v.string(), v.maxLength(4096));
const Names = v.optional(v.object({ targetNames: v.optional(v.array(v.unknown())) }));
const Override = v.optional(v.picklist(["none", "block", "blend"]));
const Bind = v.object({ index: v.number(), weight: v.number() });
const MeshBinds = v.pipe(v.array(v.object({ ...Bind.entries, mesh: v.number() })), v.maxLength(MaxBinds));
const NodeBinds = v.pipe(v.array(v.object({ ...Bind.entries, node: v.number() })), v.maxLength(MaxBinds));

const Vrm0Schema = v.object({
    blendShapeMaster: v.object({
        blendShapeGroups: v.pipe(
            v.array(
                v.object({
                    name: v.optional(Text, ""),
                    presetName: v.optional(Text, "unknown"),
                    isBinary: v.optional(v.boolean(), false),
                    binds: v.optional(MeshBinds, []),
                }),
            ),
            v.maxLength(MaxExpressions),
        ),
    }),
});

const Vrm1Expressions = v.nullish(
    v.record(
        Text,
        v.object({
            isBinary: v.optional(v.boolean(), false),
            overrideBlink: Override,
            overrideLookAt: Override,
            overrideMouth: Override,
            morphTargetBinds: v.nullish(NodeBinds),
        }),
    ),
);

const Vrm1Schema = v.object({ preset: Vrm1Expressions, custom: Vrm1Expressions });

const ModelSchema = v.object({
    nodes: v.optional(v.array(v.object({ mesh: v.optional(v.number()) })), []),
    meshes: v.optional(
        v.array(v.object({ extras: Names, primitives: v.optional(v.array(v.object({ extras: Names })), []) })),
        [],
    ),
    extensions: v.optional(
        v.object({
            VRM: v.optional(Vrm0Schema),
            VRMC_vrm: v.optional(v.object({ expressions: v.nullish(Vrm1Schema) })),
        }),
        {},
    ),
});

type Model = v.InferOutput<typeof ModelSchema>;

/**
 * What a VRM model says about its own expressions: which are on or off, which keep blinks, looks and speech away, and what
 * those of the creator's own are made of, as far as its morph targets have names that are known. Presets of VRM 0 go by their
 * names in VRM 1 as well.
 *
 * @param bytes the `.vrm` file
 * @param name its name, for messages
 * @returns by name of the expression; made for the option `channels` of `retargetFace`
 * @throws FaceError `face-file-invalid` when it is no VRM model, or one that is broken
 *
 * @example
 * ```ts
 * const channels = ReadVrmExpressions(new Uint8Array(await (await fetch("hero.vrm")).arrayBuffer()), "hero.vrm");
 * avatar.animator.retargetFace(take, { channels }); // a VRM Animation that was made for this model
 * ```
 */
export function ReadVrmExpressions(bytes: Uint8Array, name: string): FaceStatements {
    const model = ReadModel(bytes, name);
    const { VRM: vrm0, VRMC_vrm: vrm1 } = model.extensions;
    if (!vrm0 && !vrm1) {
        throw Broken(name, "it is no VRM model: it has neither the extension VRM nor VRMC_vrm");
    }
    return vrm0 ? OfVrm0(vrm0, model) : OfVrm1(vrm1!.expressions ?? {}, model);
}

function ReadModel(bytes: Uint8Array, name: string): Model {
    try {
        const parsed = v.safeParse(ModelSchema, ParseJsonText(SplitGlb(bytes).json));
        if (parsed.success) {
            return parsed.output;
        }
        const [issue] = parsed.issues;
        throw Broken(name, `${v.getDotPath(issue) ?? "the file"}: ${issue.message}`);
    } catch (cause) {
        throw cause instanceof AvatarFormatError ? Broken(name, cause.message, cause) : cause;
    }
}

function OfVrm0({ blendShapeMaster }: v.InferOutput<typeof Vrm0Schema>, { meshes }: Model): FaceStatements {
    const said = new Map<string, FaceStatements[string]>();
    for (const { name, presetName, isBinary, binds } of blendShapeMaster.blendShapeGroups) {
        const shapes = Sum(binds, Vrm0Unit, ({ mesh, index }) => TargetName(meshes[mesh], index));
        const preset = presetName === "unknown" ? "" : presetName.toLowerCase();
        for (const key of [name, preset, Object.hasOwn(Vrm1Names, preset) ? Vrm1Names[preset]! : ""].filter(
            (key) => key !== "",
        )) {
            said.set(key, { isBinary, ...shapes });
        }
    }
    return Object.fromEntries(said);
}

function OfVrm1({ preset, custom }: v.InferOutput<typeof Vrm1Schema>, { nodes, meshes }: Model): FaceStatements {
    const rows = Object.entries({ ...custom, ...preset }).slice(0, MaxExpressions);
    return Object.fromEntries(
        rows.map(([name, { isBinary, overrideBlink, overrideLookAt, overrideMouth, morphTargetBinds }]) => {
            const ways = { blink: overrideBlink, lookAt: overrideLookAt, mouth: overrideMouth };
            const overrides: IFaceChannel["overrides"] = Object.fromEntries(
                Object.entries(ways).filter(([, way]) => way === "block" || way === "blend"),
            );
            const shapes = Sum(morphTargetBinds ?? [], 1, ({ node, index }) =>
                TargetName(meshes[nodes[node]?.mesh ?? -1], index),
            );
            return [name, { isBinary, overrides, ...shapes }];
        }),
    );
}

/** What an expression is made of. One that binds nothing that is known says nothing. */
function Sum<T extends { readonly weight: number }>(
    binds: readonly T[],
    unit: number,
    nameOf: (bind: T) => string | undefined,
): { readonly shapes?: IFaceChannel["shapes"] } {
    const sum = new Map<ArkitName, number>();
    const names = new Set<string>();
    for (const bind of binds) {
        const name = nameOf(bind);
        // Skin, teeth and lashes have the same targets: each counts once.
        if (name !== undefined && Number.isFinite(bind.weight) && !names.has(name)) {
            names.add(name);
            for (const [shape, weight] of Object.entries(FindKnownShape(name)?.shapes ?? {})) {
                sum.set(shape as ArkitName, (sum.get(shape as ArkitName) ?? 0) + weight * unit * bind.weight);
            }
        }
    }
    return sum.size > 0 ? { shapes: Object.fromEntries(sum) } : {};
}

function TargetName(mesh: Model["meshes"][number] | undefined, index: number): string | undefined {
    const names = mesh?.extras?.targetNames ?? mesh?.primitives[0]?.extras?.targetNames;
    const name = names?.[index];
    return typeof name === "string" ? name : undefined;
}

function Broken(name: string, reason: string, cause?: unknown): FaceError {
    return new FaceError("face-file-invalid", `The expressions of "${name}" cannot be read: ${reason}.`, { cause });
}
