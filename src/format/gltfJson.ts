import * as v from "valibot";
import { type IssueList } from "./issueList.js";
import { MaxGltfItems } from "./limits.js";

/** What of a glTF 2.0 document an avatar needs. Everything else in a file is left alone. */

/** A number that names an item of an array, a byte offset or a length. */
export const IndexSchema = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

const Finite = v.pipe(v.number(), v.finite());
const Vector3 = v.tuple([Finite, Finite, Finite]);
const Vector4 = v.tuple([Finite, Finite, Finite, Finite]);
const Matrix4 = v.pipe(v.array(Finite), v.length(16));
const Extensions = v.optional(v.record(v.string(), v.unknown()));
const AttributeMap = v.record(v.string(), IndexSchema);

const BufferSchema = v.object({ byteLength: IndexSchema, uri: v.optional(v.string()) });

const BufferViewSchema = v.object({
    buffer: IndexSchema,
    byteOffset: v.optional(IndexSchema),
    byteLength: v.pipe(IndexSchema, v.minValue(1)),
    byteStride: v.optional(v.pipe(IndexSchema, v.minValue(4), v.maxValue(252), v.multipleOf(4))),
});

const SparseSchema = v.object({
    count: v.pipe(IndexSchema, v.minValue(1)),
    indices: v.object({
        bufferView: IndexSchema,
        byteOffset: v.optional(IndexSchema),
        componentType: v.picklist([5121, 5123, 5125]),
    }),
    values: v.object({ bufferView: IndexSchema, byteOffset: v.optional(IndexSchema) }),
});

const AccessorSchema = v.object({
    bufferView: v.optional(IndexSchema),
    byteOffset: v.optional(IndexSchema),
    componentType: v.picklist([5120, 5121, 5122, 5123, 5125, 5126]),
    normalized: v.optional(v.boolean()),
    count: v.pipe(IndexSchema, v.minValue(1)),
    type: v.picklist(["SCALAR", "VEC2", "VEC3", "VEC4", "MAT2", "MAT3", "MAT4"]),
    sparse: v.optional(SparseSchema),
});

const PrimitiveSchema = v.object({
    attributes: AttributeMap,
    mode: v.optional(IndexSchema),
    targets: v.optional(v.array(AttributeMap)),
    extensions: Extensions,
});

const MeshSchema = v.object({
    name: v.optional(v.string()),
    primitives: v.array(PrimitiveSchema),
    extras: v.optional(v.unknown()),
});

const NodeSchema = v.object({
    name: v.optional(v.string()),
    children: v.optional(v.array(IndexSchema)),
    mesh: v.optional(IndexSchema),
    skin: v.optional(IndexSchema),
    translation: v.optional(Vector3),
    rotation: v.optional(Vector4),
    scale: v.optional(Vector3),
    matrix: v.optional(Matrix4),
});

const SkinSchema = v.object({
    joints: v.pipe(v.array(IndexSchema), v.minLength(1)),
    inverseBindMatrices: v.optional(IndexSchema),
});

const AnimationSchema = v.object({
    name: v.optional(v.string()),
    channels: v.array(
        v.object({ sampler: IndexSchema, target: v.object({ node: v.optional(IndexSchema), path: v.string() }) }),
    ),
    samplers: v.array(
        v.object({
            input: IndexSchema,
            output: IndexSchema,
            interpolation: v.optional(v.picklist(["LINEAR", "STEP", "CUBICSPLINE"])),
        }),
    ),
});

/** The arrays of a document with the rule for one item each. */
const ItemSchemas = {
    buffers: BufferSchema,
    bufferViews: BufferViewSchema,
    accessors: AccessorSchema,
    meshes: MeshSchema,
    nodes: NodeSchema,
    skins: SkinSchema,
    animations: AnimationSchema,
} as const;

const RootSchema = v.object({
    asset: v.object({ version: v.pipe(v.string(), v.regex(/^2\./, "version 2.x")) }),
    extensionsUsed: v.optional(v.array(v.string())),
    extensionsRequired: v.optional(v.array(v.string())),
    extensions: Extensions,
});

/** A buffer. */
export type IGltfBuffer = v.InferOutput<typeof BufferSchema>;
/** A view of a buffer. */
export type IGltfBufferView = v.InferOutput<typeof BufferViewSchema>;
/** An accessor. */
export type IGltfAccessor = v.InferOutput<typeof AccessorSchema>;
/** A mesh primitive. */
export type IGltfPrimitive = v.InferOutput<typeof PrimitiveSchema>;
/** A mesh. */
export type IGltfMesh = v.InferOutput<typeof MeshSchema>;
/** A node. */
export type IGltfNode = v.InferOutput<typeof NodeSchema>;
/** A skin. */
export type IGltfSkin = v.InferOutput<typeof SkinSchema>;
/** An animation. */
export type IGltfAnimation = v.InferOutput<typeof AnimationSchema>;

/** A glTF document whose shape is known to be right; its indices are not yet known to be in range. */
export interface IGltf extends v.InferOutput<typeof RootSchema> {
    /** Buffers. */
    readonly buffers: readonly IGltfBuffer[];
    /** Views of buffers. */
    readonly bufferViews: readonly IGltfBufferView[];
    /** Accessors. */
    readonly accessors: readonly IGltfAccessor[];
    /** Meshes. */
    readonly meshes: readonly IGltfMesh[];
    /** Nodes. */
    readonly nodes: readonly IGltfNode[];
    /** Skins. */
    readonly skins: readonly IGltfSkin[];
    /** Animations. */
    readonly animations: readonly IGltfAnimation[];
}

/**
 * JSON pointer of a valibot issue.
 *
 * @param base pointer of the value that was validated
 * @param issue the issue
 * @returns the pointer of the field at fault
 */
export function IssuePath(base: string, issue: v.BaseIssue<unknown>): string {
    const keys = (issue.path ?? []).map((item) => String(item.key).replaceAll("~", "~0").replaceAll("/", "~1"));
    return [base, ...keys].join("/");
}

function CheckItems(key: keyof typeof ItemSchemas, value: unknown, issues: IssueList): unknown[] {
    if (value === undefined) {
        return [];
    }
    if (!Array.isArray(value)) {
        issues.error("invalid-gltf", `/${key}`, `${key} must be an array: export the file again`);
        return [];
    }
    if (value.length > MaxGltfItems) {
        issues.error(
            "too-large",
            `/${key}`,
            `${value.length} ${key}, at most ${MaxGltfItems} are read: split the file`,
        );
        return [];
    }
    const schema: v.GenericSchema = ItemSchemas[key];
    return value.map((item: unknown, index) => {
        // One problem an item, so that a hostile file cannot buy a million messages with a megabyte.
        const result = v.safeParse(schema, item, { abortEarly: true });
        if (!result.success) {
            const [issue] = result.issues;
            issues.error("invalid-gltf", IssuePath(`/${key}/${index}`, issue), `${issue.message}: correct the field`);
        }
        return result.output;
    });
}

/**
 * Checks the shape of an untrusted glTF document. The result holds only the fields that an avatar needs, in new objects.
 *
 * @param json the parsed document
 * @param issues receives every problem
 * @returns the document, or null when its shape is wrong
 */
export function CheckGltf(json: unknown, issues: IssueList): IGltf | null {
    const root = v.safeParse(RootSchema, json, { abortEarly: true });
    if (!root.success) {
        const [issue] = root.issues;
        issues.error("invalid-gltf", IssuePath("", issue), `${issue.message}: this is not a glTF 2.0 document`);
        return null;
    }
    const arrays: Record<string, unknown[]> = {};
    for (const key of Object.keys(ItemSchemas) as (keyof typeof ItemSchemas)[]) {
        arrays[key] = CheckItems(key, (json as Record<string, unknown>)[key], issues);
    }
    return issues.hasErrors ? null : ({ ...root.output, ...arrays } as unknown as IGltf);
}
