import { type Skeleton } from "@babylonjs/core/Bones/skeleton.js";
import { type Matrix, Quaternion, Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import { TransformNode } from "@babylonjs/core/Meshes/transformNode.js";
import { type RigPose } from "../motion/rigPose.js";
import { type RestRig } from "../rig/restRig.js";
import { type RigLocals } from "./rigLocals.js";
import { FindRigNodes, type IRigNodes, IsDisposed, type RigNodeSource } from "./rigNodes.js";
import { RestOfRigNodes } from "./rigRest.js";

const Position = new Vector3();
const Rotation = new Quaternion();
const Scale = new Vector3();

/**
 * A Babylon rig that can be looked at every frame: its nodes, its bind pose, and how they stand now. Everything is in the
 * right-handed space below whatever mirrors or places the character, so the same rig reads the same in left- and
 * right-handed scenes, wherever it stands.
 */
export class LiveRig {
    /** The rig in its bind pose. */
    public readonly rig: RestRig;
    /** Remarks for people, made when the rig was read. */
    public readonly warnings: readonly string[];
    /** The nodes of the rig, in the same order. */
    public readonly nodes: IRigNodes;

    private readonly _locals: RigLocals;
    /** The skeleton of a rig of bones alone: they are not told of their end. */
    private readonly _skeleton: Skeleton | null;
    private _watched: Int32Array;

    /**
     * @param source a skeleton (with linked transform nodes or without), or a node above the rig
     * @throws AnimatorError `no-rig` when there is no node to follow, `disposed-source` when the source is gone
     */
    public constructor(source: RigNodeSource) {
        this.nodes = FindRigNodes(source);
        const { rig, locals, warnings } = RestOfRigNodes(this.nodes);
        this.rig = rig;
        this.warnings = warnings;
        this._locals = locals;
        const [first] = this.nodes.targets;
        this._skeleton = first instanceof TransformNode ? null : (first?.getSkeleton() ?? null);
        this._watched = Int32Array.from(rig.keys());
    }

    /**
     * Limits reading to some nodes and what they hang on; the rest of a rig may be hair, cloth and weapons.
     *
     * @param nodes indices of the nodes that matter
     */
    public watch(nodes: Iterable<number>): void {
        this._watched = WithAncestors(this.rig, nodes);
    }

    /**
     * Reads how the rig stands now, from the local transforms of its nodes; Babylon's world matrices are neither needed
     * nor computed. Allocates nothing.
     *
     * @param result receives the watched nodes
     * @returns false when a watched node was disposed; the result is then incomplete
     */
    public read(result: RigPose): boolean {
        const { _watched: watched, _locals: locals } = this;
        const { targets, bones } = this.nodes;
        if (this._skeleton && IsDisposed(this._skeleton)) {
            return false;
        }
        for (let w = 0; w < watched.length; w++) {
            const node = watched[w]!;
            // Ragdolls take bones off their nodes, and give them back.
            const bone = bones[node];
            const target = bone ? (bone.getTransformNode() ?? bone) : targets[node]!;
            if (target instanceof TransformNode) {
                if (target.isDisposed()) {
                    return false;
                }
                WriteNode(target, locals, node);
            } else {
                WriteMatrix(target.getLocalMatrix(), locals, node);
            }
        }
        locals.compose(watched, result);
        return true;
    }
}

/**
 * The nodes with all their ancestors, ascending.
 *
 * @param rig the rig
 * @param nodes indices
 */
export function WithAncestors(rig: RestRig, nodes: Iterable<number>): Int32Array {
    const all = new Set<number>();
    for (const node of nodes) {
        for (let i = node; i >= 0 && !all.has(i); i = rig[i]!.parent) {
            all.add(i);
        }
    }
    return Int32Array.from(all).sort();
}

/** Takes a node's local transform over; what is not finite stays as it was. */
function WriteNode(node: TransformNode, locals: RigLocals, at: number): void {
    let rotation = node.rotationQuaternion;
    if (!rotation) {
        const euler = node.rotation;
        rotation = Quaternion.RotationYawPitchRollToRef(euler.y, euler.x, euler.z, Rotation);
    }
    locals.setPosition(at, node.position);
    locals.setRotation(at, rotation);
    locals.setScale(at, node.scaling);
}

function WriteMatrix(matrix: Matrix, locals: RigLocals, at: number): void {
    matrix.decompose(Scale, Rotation, Position);
    locals.setPosition(at, Position);
    locals.setRotation(at, Rotation);
    locals.setScale(at, Scale);
}
