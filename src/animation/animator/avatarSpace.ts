import { Matrix, Quaternion, Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import { Node } from "@babylonjs/core/node.js";
import { type Vector3Tuple } from "../../math/vector3.js";

const Inverse = new Matrix();
const Relative = new Matrix();
const MirrorX = Matrix.Scaling(-1, 1, 1);
const Point = new Vector3();
const Rotation = new Quaternion();
/** Steps longer than this are jumps to another place, metres. */
const LongestStep = 1;

/** A place in the scene: a point, or a node (a mesh, a joint, a camera) wherever it moves. */
export type ScenePlace = Vector3 | Node;

/**
 * The way from scene space into an avatar's own right-handed space, in which poses are adjusted: the space of the node
 * that the root joint hangs on, whatever mirrors and places it. Allocates nothing.
 */
export class AvatarSpace {
    private readonly _pelvis: Node;
    private readonly _origin: Vector3Tuple;
    private readonly _before = new Matrix();
    private _hasBefore = false;

    /**
     * @param pelvis node of the root joint: the pelvis, where the avatar has one
     * @param origin rest position of the node that it hangs on, in avatar space
     */
    public constructor(pelvis: Node, origin: Vector3Tuple) {
        this._pelvis = pelvis;
        this._origin = origin;
    }

    /**
     * Where a place of the scene is in avatar space.
     *
     * @param place a point, or a node
     * @param position receives the position, metres
     * @param rotation receives the rotation of the node, xyzw, as seen from the avatar; left alone for a point
     */
    public locate(place: ScenePlace, position: Float64Array, rotation: Float64Array | null = null): void {
        const holder = this._pelvis.parent?.computeWorldMatrix(true) ?? Matrix.IdentityReadOnly;
        holder.invertToRef(Inverse);
        const isNode = place instanceof Node;
        const world = isNode ? place.computeWorldMatrix(true) : null;
        const at = world ? world.getTranslationToRef(Point) : (place as Vector3);
        Vector3.TransformCoordinatesToRef(at, Inverse, Point);
        position[0] = Point.x + this._origin[0];
        position[1] = Point.y + this._origin[1];
        position[2] = Point.z + this._origin[2];
        if (world && rotation) {
            world.multiplyToRef(Inverse, Relative);
            // Axes that point the same way for the eye are the same, in left- and right-handed scenes.
            if (Relative.determinant() < 0) {
                MirrorX.multiplyToRef(Relative, Relative);
            }
            Relative.decompose(undefined, Rotation);
            rotation[0] = Rotation.x;
            rotation[1] = Rotation.y;
            rotation[2] = Rotation.z;
            rotation[3] = Rotation.w;
        }
    }

    /**
     * How the ground moved below the avatar since the last call, because the avatar did.
     *
     * @param step receives x, y, z in metres and the turn about y in radians, in avatar space
     * @returns false when the avatar jumped, or on the first call: there is no step then
     */
    public groundStep(step: Float64Array): boolean {
        const world = this._pelvis.parent?.computeWorldMatrix(true) ?? Matrix.IdentityReadOnly;
        world.invertToRef(Inverse);
        this._before.multiplyToRef(Inverse, Relative);
        this._before.copyFrom(world);
        const { m } = Relative;
        step[0] = m[12]!;
        step[1] = m[13]!;
        step[2] = m[14]!;
        step[3] = Math.atan2(m[8]!, m[10]!);
        const isStep = this._hasBefore && Math.hypot(m[12]!, m[13]!, m[14]!) < LongestStep;
        this._hasBefore = true;
        return isStep;
    }
}
