import { StandardMaterial } from "@babylonjs/core/Materials/standardMaterial.js";
import { Color3 } from "@babylonjs/core/Maths/math.color.js";
import { Matrix, Quaternion, Vector3 } from "@babylonjs/core/Maths/math.vector.js";
import { CreateLathe } from "@babylonjs/core/Meshes/Builders/latheBuilder.js";
import { CreateSphere } from "@babylonjs/core/Meshes/Builders/sphereBuilder.js";
import { type Mesh } from "@babylonjs/core/Meshes/mesh.js";
import "@babylonjs/core/Meshes/thinInstanceMesh.js";
import { TransformNode } from "@babylonjs/core/Meshes/transformNode.js";
import { type Scene } from "@babylonjs/core/scene.js";
import { RigPose, type IMotion, type IRigMapping } from "babylon-gaussian-avatar/motion";

/** A bone: thickest near its beginning. Radius and height along it, both 0..1. */
const Profile: readonly (readonly [radius: number, height: number])[] = [
    [0, 0],
    [0.65, 0.05],
    [1, 0.16],
    [0.7, 0.5],
    [0.42, 0.9],
    [0.25, 0.98],
    [0, 1],
];

/** Radii as shares of the figure's height: of a ball at a joint, and of bones at most. */
const Radius = { joint: 0.009, bone: 0.022 } as const;

/** Radius of a bone as a share of its length. */
const Slenderness = 0.13;

const From = new Vector3();
const Along = new Vector3();
const Scale = new Vector3();
const Turn = new Quaternion();
const Place = new Matrix();

/** Draws a motion that has no body of its own: a bone between every two joints. */
export class StickFigure {
    /** What to place the figure by; the figure stands in it as the motion's own file has it, its unit included. */
    public readonly root: TransformNode;
    private readonly _motion: IMotion;
    private readonly _pose: RigPose;
    /** Pairs of nodes. */
    private readonly _bones: readonly (readonly [from: number, to: number])[];
    private readonly _joints: readonly number[];
    private readonly _height: number;
    private readonly _boneMesh: Mesh;
    private readonly _jointMesh: Mesh;
    private readonly _boneMatrices: Float32Array;
    private readonly _jointMatrices: Float32Array;

    /**
     * @param motion what it does
     * @param mapping which of the nodes are joints; the others are not drawn
     * @param scene the scene to live in
     */
    public constructor(motion: IMotion, mapping: IRigMapping, scene: Scene) {
        this._motion = motion;
        this._pose = new RigPose(motion.rig.length);
        const drawn = new Set([
            ...Object.values(mapping.nodes),
            ...Object.values(mapping.tips),
            ...mapping.spine,
            ...mapping.neck,
        ]);
        this._joints = [...drawn];
        this._bones = this._joints.flatMap((node) => {
            let above = motion.rig[node]!.parent;
            while (above >= 0 && !drawn.has(above)) {
                above = motion.rig[above]!.parent;
            }
            return above < 0 ? [] : [[above, node] as const];
        });
        const heights = this._joints.map((node) => motion.rig[node]!.position);
        this._height = Math.max(...[0, 1, 2].map((axis) => Span(heights.map((position) => position[axis]!))));
        this.root = new TransformNode(`${motion.name} (figure)`, scene);
        const shape = Profile.map(([radius, height]) => new Vector3(radius, height, 0));
        this._boneMesh = CreateLathe("bones", { shape, tessellation: 14 }, scene);
        this._jointMesh = CreateSphere("joints", { diameter: 2, segments: 8 }, scene);
        this._boneMatrices = this._dress(this._boneMesh, this._bones.length, "#4f7fb5");
        this._jointMatrices = this._dress(this._jointMesh, this._joints.length, "#2c4a6e");
    }

    /** What throws shadows. */
    public get meshes(): readonly Mesh[] {
        return [this._boneMesh, this._jointMesh];
    }

    /**
     * Poses the figure.
     *
     * @param seconds time since the motion's beginning
     */
    public show(seconds: number): void {
        this._motion.sample(seconds, this._pose);
        const radius = Radius.joint * this._height;
        this._joints.forEach((node, i) => {
            this._read(node, From);
            Matrix.ComposeToRef(Scale.setAll(radius), Quaternion.Identity(), From, Place);
            Place.copyToArray(this._jointMatrices, i * 16);
        });
        this._bones.forEach(([from, to], i) => {
            this._read(from, From);
            this._read(to, Along).subtractInPlace(From);
            const length = Along.length();
            const width = Math.min(Slenderness * length, Radius.bone * this._height);
            Quaternion.FromUnitVectorsToRef(Vector3.UpReadOnly, Along.scaleInPlace(1 / (length || 1)), Turn);
            Matrix.ComposeToRef(Scale.set(width, length, width), Turn, From, Place);
            Place.copyToArray(this._boneMatrices, i * 16);
        });
        this._boneMesh.thinInstanceBufferUpdated("matrix");
        this._jointMesh.thinInstanceBufferUpdated("matrix");
    }

    /** Where a joint is, as a point of the scene's left-handed axes. */
    private _read(node: number, result: Vector3): Vector3 {
        const { positions } = this._pose;
        return result.set(-positions[node * 3]!, positions[node * 3 + 1]!, positions[node * 3 + 2]!);
    }

    private _dress(mesh: Mesh, count: number, color: string): Float32Array {
        const matrices = new Float32Array(count * 16);
        mesh.parent = this.root;
        mesh.alwaysSelectAsActiveMesh = true; // its bounds are those of one bone
        mesh.isPickable = false;
        mesh.thinInstanceSetBuffer("matrix", matrices, 16, false);
        const material = new StandardMaterial(mesh.name, mesh.getScene());
        material.diffuseColor = Color3.FromHexString(color);
        material.specularColor = new Color3(0.12, 0.12, 0.12);
        mesh.material = material;
        return matrices;
    }

    /** Removes the figure. */
    public dispose(): void {
        this.root.dispose(false, true);
    }
}

function Span(values: readonly number[]): number {
    return Math.max(...values) - Math.min(...values);
}
