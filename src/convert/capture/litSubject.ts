import { type Vector3Tuple } from "../../math/vector3.js";
import { BodyLight } from "./bodyLight.js";
import { type ICaptureSubject } from "./captureSubject.js";
import { type SkinMatrices } from "./skinMatrices.js";
import { SubjectDeformer } from "./subjectDeformer.js";

/** A pose as a capture knows it. */
export interface ISubjectPose {
    /** [J,4] local rotations xyzw, the root's first. */
    readonly rotations: ArrayLike<number>;
    /** [3] metres that the root is away from its place at rest. */
    readonly translation: ArrayLike<number>;
    /** [E] weights of the expression channels. */
    readonly expressions: ArrayLike<number>;
}

/** A subject in a pose, lit for it: all that a picture shows of it. Allocates nothing a pose. */
export class LitSubject {
    private readonly _deformer: SubjectDeformer;
    private readonly _light: BodyLight;

    private readonly _lightJoint: number;

    /**
     * @param subject who
     * @param lightJoint joint that the light turns with (default: the root)
     */
    public constructor(subject: ICaptureSubject, lightJoint = 0) {
        this._lightJoint = lightJoint;
        this._deformer = new SubjectDeformer(subject);
        this._light = new BodyLight(subject);
    }

    /** [V,3] vertices, metres. */
    public get positions(): Float32Array {
        return this._deformer.positions;
    }

    /** [V,3] unit normals. */
    public get normals(): Float32Array {
        return this._deformer.normals;
    }

    /** Where the joints are. */
    public get joints(): SkinMatrices {
        return this._deformer.joints;
    }

    /** [V,4] linear irradiance rgb and the share of the key light that arrives. */
    public get light(): Float32Array {
        return this._light.light;
    }

    /** Unit vector towards the key light. */
    public get keyDirection(): Vector3Tuple {
        return this._light.keyDirection;
    }

    /** Linear colour of the key light. */
    public get keyColor(): Vector3Tuple {
        return this._light.keyColor;
    }

    /** Poses the subject and lights it anew. */
    public pose({ rotations, translation, expressions }: ISubjectPose): void {
        this._deformer.deform(rotations, translation, expressions);
        const turned = this._deformer.joints.rotations.subarray(this._lightJoint * 4, this._lightJoint * 4 + 4);
        this._light.update(this._deformer.positions, this._deformer.normals, turned);
    }
}
