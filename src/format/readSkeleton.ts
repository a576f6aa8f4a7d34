import { type AccessorReader } from "./accessor.js";
import { type IAvatarJoint } from "./avatarAsset.js";
import { type IAvatarExtension } from "./avatarSchema.js";
import { BodyModelJoints, type SmplxJointName, SmplxJointNames } from "./bodyModel.js";
import { CheckName } from "./checkName.js";
import { AvatarExtensionName } from "./extensionNames.js";
import { type IGltf } from "./gltfJson.js";
import { type IssueList } from "./issueList.js";
import { ParentEntries, ParentsFirst } from "./jointHierarchy.js";
import { MaxJoints } from "./limits.js";
import { LocalTransform } from "./nodeTransform.js";
import { CheckRestPose } from "./restPose.js";

/** A skeleton as read, with what the other readers need to find its joints. */
export interface ISkeletonRead {
    /** The joints, parents first. */
    readonly joints: readonly IAvatarJoint[];
    /** [J,16] inverse bind matrices in the order of `joints`. */
    readonly inverseBindMatrices: Float32Array;
    /** Joint of each entry of the file's skin: file order → order of `joints`. */
    readonly jointOfSkinEntry: readonly number[];
    /** Joint of each node that is one. */
    readonly jointOfNode: ReadonlyMap<number, number>;
}

/** The SMPL-X name of each node that has one: from the extension, or else from the names of nodes. */
function SmplxNames(
    gltf: IGltf,
    nodes: readonly number[],
    extension: IAvatarExtension | null,
    issues: IssueList,
): Map<number, SmplxJointName> {
    const known = new Map<string, SmplxJointName>(SmplxJointNames.map((name) => [name, name]));
    const pairs =
        extension === null
            ? nodes
                  .map((node) => ({ node, smplx: known.get(gltf.nodes[node]!.name ?? "") }))
                  .filter((pair) => pair.smplx !== undefined)
            : extension.joints;
    const names = new Map<number, SmplxJointName>();
    const used = new Set<string | undefined>();
    for (const [index, { node, smplx }] of pairs.entries()) {
        const path = `/extensions/${AvatarExtensionName}/joints/${index}`;
        if (!nodes.includes(node)) {
            issues.error(
                "invalid-extension",
                `${path}/node`,
                `node ${node} is not a joint of the skin: list only joints`,
            );
        } else if (used.has(smplx) || names.has(node)) {
            issues.error("duplicate-name", path, `joint ${String(smplx)} (node ${node}) is listed twice: remove one`);
        } else {
            names.set(node, smplx!);
            used.add(smplx);
        }
    }
    const missing = BodyModelJoints[extension?.bodyModel ?? "custom"].find((name) => !used.has(name));
    if (missing !== undefined) {
        issues.error(
            "invalid-extension",
            `/extensions/${AvatarExtensionName}/joints`,
            `body model ${extension!.bodyModel} has a joint ${missing}: list it, or state another body model`,
        );
    }
    return names;
}

function ReadInverseBinds(
    gltf: IGltf,
    skinIndex: number,
    order: readonly number[],
    reader: AccessorReader,
    issues: IssueList,
): Float32Array | null {
    const path = `/skins/${skinIndex}/inverseBindMatrices`;
    const accessor = gltf.skins[skinIndex]!.inverseBindMatrices;
    if (!reader.charge(order.length * 64, path)) {
        return null;
    }
    const result = new Float32Array(order.length * 16);
    if (accessor === undefined) {
        order.forEach((_, joint) => [0, 5, 10, 15].forEach((diagonal) => (result[joint * 16 + diagonal] = 1)));
        return result;
    }
    const count = gltf.accessors[accessor]?.count;
    if (count !== undefined && count !== order.length) {
        issues.error(
            "invalid-skin",
            path,
            `${count} matrices for ${order.length} joints: give one a joint, in the order of the skin`,
        );
        return null;
    }
    const matrices = reader.read(accessor, path, { type: "MAT4", forms: ["f32"], maxCount: MaxJoints });
    if (matrices === null) {
        return null;
    }
    for (const [joint, entry] of order.entries()) {
        const matrix = matrices.subarray(entry * 16, entry * 16 + 16);
        if ([matrix[3], matrix[7], matrix[11]].some((value) => value !== 0) || matrix[15] !== 1) {
            issues.error("invalid-skin", path, `matrix ${entry} is not affine: its last row must be 0, 0, 0, 1`);
            return null;
        }
        result.set(matrix, joint * 16);
    }
    return result;
}

function MakeJoints(
    gltf: IGltf,
    nodes: readonly number[],
    parents: readonly number[],
    order: readonly number[],
    extension: IAvatarExtension | null,
    issues: IssueList,
): IAvatarJoint[] {
    const smplxNames = SmplxNames(gltf, nodes, extension, issues);
    const jointOfEntry = new Map(order.map((entry, joint) => [entry, joint]));
    const used = new Set<string>();
    return order.map((entry) => {
        const node = nodes[entry]!;
        const given = gltf.nodes[node]!.name;
        // Babylon gives its bones the same name, by which the two are matched.
        const name = given === undefined || given === "" ? `joint${node}` : given;
        if (used.has(name)) {
            issues.error("duplicate-name", `/nodes/${node}/name`, `two joints are named "${name}": rename one`);
        }
        used.add(name);
        CheckName(name, `/nodes/${node}/name`, issues);
        const smplx = smplxNames.get(node) ?? null;
        const { translation, rotation, problem } = LocalTransform(gltf.nodes[node]!);
        if (problem !== null) {
            issues.error("invalid-skeleton", `/nodes/${node}`, `joint "${name}" ${problem}`);
        }
        // Files of ours promise that a local rotation is the SMPL pose; skins of others may rest as they like.
        if (extension !== null && smplx !== null && Math.abs(rotation[3]) < 1 - 1e-6) {
            issues.error(
                "invalid-skeleton",
                `/nodes/${node}/rotation`,
                `joint "${name}" rests rotated: SMPL-X joints must rest at identity`,
            );
        }
        return { name, smplx, parent: jointOfEntry.get(parents[entry]!) ?? -1, translation, rotation };
    });
}

/**
 * Reads the skeleton of a skin and puts parents before children.
 *
 * @param gltf the checked document
 * @param skinIndex index into `skins`
 * @param extension the avatar extension, or null for a file of others
 * @param reader reads the inverse bind matrices
 * @param issues receives every problem
 * @returns the skeleton, or null when it cannot be used
 */
export function ReadSkeleton(
    gltf: IGltf,
    skinIndex: number,
    extension: IAvatarExtension | null,
    reader: AccessorReader,
    issues: IssueList,
): ISkeletonRead | null {
    const skin = gltf.skins[skinIndex];
    const path = `/skins/${skinIndex}/joints`;
    if (skin === undefined) {
        issues.error(
            "out-of-range",
            `/skins/${skinIndex}`,
            `there is no skin ${skinIndex}: the file has ${gltf.skins.length}`,
        );
        return null;
    }
    const nodes = skin.joints;
    if (nodes.length > MaxJoints) {
        issues.error(
            "too-large",
            path,
            `${nodes.length} joints, at most ${MaxJoints} are read: remove joints that move nothing`,
        );
        return null;
    }
    const missing = nodes.find((node) => node >= gltf.nodes.length);
    if (missing !== undefined || new Set(nodes).size !== nodes.length) {
        const found = missing === undefined ? "a node is listed twice" : `there is no node ${missing}`;
        issues.error(
            missing === undefined ? "invalid-skeleton" : "out-of-range",
            path,
            `${found}: list every joint once`,
        );
        return null;
    }
    const parents = ParentEntries(gltf, nodes, issues);
    const order = parents === null ? null : ParentsFirst(parents);
    if (parents === null) {
        return null;
    }
    if (order === null) {
        issues.error("invalid-skeleton", path, "joints are their own ancestors: nodes must form a tree");
        return null;
    }
    const joints = MakeJoints(gltf, nodes, parents, order, extension, issues);
    const inverseBindMatrices = ReadInverseBinds(gltf, skinIndex, order, reader, issues);
    if (inverseBindMatrices === null) {
        return null;
    }
    if (extension !== null) {
        CheckRestPose(joints, inverseBindMatrices, `/skins/${skinIndex}/inverseBindMatrices`, issues);
    }
    const jointOfSkinEntry = new Array<number>(nodes.length);
    order.forEach((entry, joint) => (jointOfSkinEntry[entry] = joint));
    const jointOfNode = new Map(nodes.map((node, entry) => [node, jointOfSkinEntry[entry]!]));
    return { joints, inverseBindMatrices, jointOfSkinEntry, jointOfNode };
}
