import { type MorphTargetManager } from "@babylonjs/core/Morph/morphTargetManager.js";
import { MultiplyPacked, SlerpPacked } from "../../math/packedQuaternion.js";
import { FaceJointNames } from "../../format/morphTarget.js";
import { type FaceJoints } from "../adjust/faceJoints.js";
import { GazeTurn } from "../adjust/gazeTurn.js";
import { type LookAt } from "../adjust/lookAt.js";
import { FaceComposer } from "../face/compose/faceComposer.js";
import { FaceFrame } from "../face/faceFrame.js";
import { FaceLife } from "../face/life/faceLife.js";
import { ExpressionMapper } from "../face/space/expressionMapper.js";
import { type IExpressionSpace } from "../face/space/expressionSpace.js";
import { ArkitCount } from "../face/vocabulary/arkit.js";
import { FollowedFace } from "./followedFace.js";

/** Which turns of {@link FaceJoints} the eyes are. */
const EyeTurns = [FaceJointNames.indexOf("left_eye"), FaceJointNames.indexOf("right_eye")] as const;

/** What the face of an avatar is made of. */
export interface IFaceParts {
    /** What its channels and joints are. */
    readonly space: IExpressionSpace;
    /** Whether its eyes hang on joints: gazes turn these then, shapes otherwise. */
    readonly eyesAreJoints: boolean;
    /** The channels, looked up anew every frame. */
    readonly channels: () => MorphTargetManager | null;
}

/**
 * What happens to an avatar's expression channels between the animation step and the picture: a face is followed, expressions
 * are laid over it, it blinks and looks about. The channels themselves stay as clips and others leave them; what is drawn is
 * {@link weights}. Makes no objects once it is made.
 */
export class FaceDriver {
    /** What the channels are. */
    public readonly space: IExpressionSpace;
    /** [D] weights that are drawn. */
    public readonly weights: Float32Array;
    /** The face that is followed. */
    public readonly followed = new FollowedFace();
    /** Makes one face of all that move it. */
    public readonly composer = new FaceComposer();
    /** Blinks, jumps of the eyes and small stirrings. */
    public readonly life = new FaceLife();

    private readonly _channels: () => MorphTargetManager | null;
    private readonly _mapper: ExpressionMapper;
    private readonly _lookAt: LookAt;
    private readonly _joints: FaceJoints;
    /** [K] which of the turns of the joints each joint of the space is. */
    private readonly _turnOf: Int32Array;
    /** [D] the one shape that a channel is, -1 for channels that are none or several. */
    private readonly _shapeOf: Int32Array;
    private readonly _face = new FaceFrame();
    private readonly _turns: Float64Array;
    private readonly _turn = new Float64Array(4);
    private readonly _left: Float32Array;

    /**
     * @param parts what the face is made of
     * @param lookAt where the avatar looks
     * @param joints receive what jaw and eyes do
     */
    public constructor({ space, channels, eyesAreJoints }: IFaceParts, lookAt: LookAt, joints: FaceJoints) {
        this.space = space;
        this._channels = channels;
        this._lookAt = lookAt;
        this._joints = joints;
        this._mapper = new ExpressionMapper(space);
        this.weights = Float32Array.from(space.rest);
        this._left = new Float32Array(space.rest.length);
        this._turns = new Float64Array(space.joints.length * 4);
        this._turnOf = Int32Array.from(space.joints, ({ joint }) => FaceJointNames.indexOf(joint));
        this._shapeOf = Int32Array.from(space.channels, (_, channel) => ShapeOf(space, channel));
        this.composer.eyesAreJoints = eyesAreJoints;
        // Shapes that look move the lids as well.
        this.composer.lidFollow = eyesAreJoints ? 1 : 0;
    }

    /** Whether {@link weights} differ from the channels. */
    public get isActive(): boolean {
        return this.followed.isActive || this.composer.isActive || this.life.weight > 0 || this._lookAt.isActive;
    }

    /**
     * Makes the face of this frame. Where eyes look to is what it was in the frame before.
     *
     * @param seconds time since the last call
     * @returns false when the face that was followed has ended
     */
    public update(seconds: number): boolean {
        const { composer, followed, life } = this;
        const isThere = followed.update(seconds);
        composer.step(seconds);
        this._joints.reset();
        if (this.isActive) {
            this._readChannels();
            composer.followShare = followed.share;
            composer.followed.copyFrom(followed.face);
            life.tellGazeShift(this._lookAt.wayLeft);
            life.step(seconds);
            life.addTo(composer.base);
            composer.blinks.set(life.blinks);
            this._look();
            composer.compose(this._face);
            this._write();
            this._turnJoints();
        }
        return isThere;
    }

    /** The face as clips leave it: of channels that are one shape each, others are kept as they are. */
    private _readChannels(): void {
        const manager = this._channels();
        const { weights } = this.composer.base;
        weights.fill(0);
        for (let d = 0; d < this.weights.length; d++) {
            const weight = manager && d < manager.numTargets ? manager.getTarget(d).influence : 0;
            this._left[d] = weight;
            if (this._shapeOf[d]! >= 0) {
                weights[this._shapeOf[d]!] = weight;
            }
        }
    }

    /** Where the eyes look: joints have turned to the target themselves, shapes are told to. */
    private _look(): void {
        const { composer, life, _lookAt: lookAt } = this;
        composer.gazeWeight = lookAt.eyeShare;
        for (let side = 0; side < 2; side++) {
            const yaw = lookAt.eyes[2 * side]!;
            const pitch = lookAt.eyes[2 * side + 1]!;
            composer.gaze[2 * side] = life.gaze[0]! + (composer.eyesAreJoints ? 0 : yaw);
            composer.gaze[2 * side + 1] = life.gaze[1]! + (composer.eyesAreJoints ? 0 : pitch);
            composer.eyePitch[side] = composer.eyesAreJoints ? pitch : 0;
        }
    }

    private _write(): void {
        const { rest, least, greatest } = this.space;
        const left = this._left;
        this._mapper.map(this._face.weights, this.weights, this._turns);
        for (let d = 0; d < left.length; d++) {
            if (this._shapeOf[d]! >= 0) {
                // What a clip does beyond the bounds is its own affair, here as well.
                const within = Math.min(1, Math.max(0, left[d]!));
                this.weights[d]! += (left[d]! - within) * (1 - this.composer.followShare);
            } else {
                const sum = left[d]! + this.weights[d]! - rest[d]!;
                // What a clip does beyond the bounds is its own affair.
                this.weights[d] = Math.min(
                    Math.max(greatest[d]!, left[d]!),
                    Math.max(Math.min(least[d]!, left[d]!), sum),
                );
            }
        }
    }

    private _turnJoints(): void {
        const { turns, head } = this._joints;
        const { eyeTurns } = this.composer;
        const { followed } = this;
        for (let k = 0; k < this._turnOf.length; k++) {
            MultiplyPacked(this._turns, k * 4, turns, this._turnOf[k]! * 4, turns, this._turnOf[k]! * 4);
        }
        for (let side = 0; side < 2; side++) {
            const at = EyeTurns[side]! * 4;
            GazeTurn(eyeTurns[2 * side]!, eyeTurns[2 * side + 1]!, this._turn);
            MultiplyPacked(this._turn, 0, turns, at, turns, at);
        }
        if (followed.turnsHead) {
            SlerpPacked(head, 0, followed.face.head, 0, followed.share, head, 0);
        }
        this._joints.isActive = Math.abs(head[3]!) < 1;
        for (let i = 3; i < turns.length; i += 4) {
            this._joints.isActive ||= Math.abs(turns[i]!) < 1;
        }
    }
}

/** The shape that a channel follows one to one, and that no other channel follows; -1 for none. */
function ShapeOf({ channels, fromArkit }: IExpressionSpace, channel: number): number {
    const count = channels.length;
    const shapes = Array.from({ length: ArkitCount }, (_, shape) => shape).filter(
        (shape) => fromArkit[shape * count + channel] !== 0,
    );
    const [only] = shapes;
    if (only === undefined || shapes.length !== 1 || fromArkit[only * count + channel] !== 1) {
        return -1;
    }
    const followers = channels.filter((_, d) => fromArkit[only * count + d] !== 0);
    return followers.length === 1 ? only : -1;
}
