import { RotatePacked } from "../../math/packedQuaternion.js";
import { DistanceVector3 } from "../../math/vector3.js";
import { type IMotion } from "../motion/motion.js";
import { RigPose } from "../motion/rigPose.js";
import { type RestRig } from "../rig/restRig.js";
import { type IRigProfile } from "../rig/rigProfile.js";
import { ReferenceLeg } from "./contactDetector.js";
import { FootPoints } from "./footPoints.js";

/** Moments of a motion that are looked at. */
const MostSamples = 4000;
/** A point slower than this, m/s on a leg of 0.85 m, stands or hovers; the lower third of its heights are those of standing. */
const StillSpeed = 0.15;
const StandingShare = 0.3;
/** What is learnt differs from the rest pose by at most this, metres on a leg of 0.85 m. */
const MostOffset = 0.08;

/** The feet of the source of a motion, upright whatever way the rig's axes point: what contacts are best detected from. */
export class SourceFeet extends FootPoints {
    private readonly _nodes: readonly number[];
    private readonly _heading: Float64Array;

    /**
     * @param rig the source at rest, standing on its ground at height 0
     * @param profile which of its nodes is which joint, and how it rests; ankles and knees must be mapped
     */
    public constructor(rig: RestRig, { mapping, calibration }: IRigProfile) {
        const { nodes } = mapping;
        const at = (node: number | undefined): RestRig[number]["position"] => rig[node ?? -1]?.position ?? [0, 0, 0];
        const thigh = DistanceVector3(at(nodes.left_hip), at(nodes.left_knee));
        super(thigh + DistanceVector3(at(nodes.left_knee), at(nodes.left_ankle)), [0, 0, 0, 0]);
        const ankles = [nodes.left_ankle ?? 0, nodes.right_ankle ?? 0] as const;
        this._nodes = [ankles[0], nodes.left_foot ?? ankles[0], ankles[1], nodes.right_foot ?? ankles[1]];
        this._heading = Float64Array.from(calibration.heading);
        this._nodes.forEach((node, point) => {
            RotatePacked(this._heading, 0, Float64Array.from(at(node)), 0, this.positions, point * 3);
            this.restHeights[point] = this.positions[point * 3 + 1]!;
        });
    }

    /**
     * Learns from a motion how high the points are while they stand: performers wear shoes, suits shift, floors of studios
     * are not level. What a person's rest pose says is kept where a point never stands still.
     *
     * @param motion motion of this rig
     */
    public learn(motion: IMotion): void {
        const pose = new RigPose(motion.rig.length);
        const samples = Math.min(MostSamples, Math.max(2, Math.round(motion.duration * motion.frameRate)));
        const step = motion.duration / samples;
        const before = new Float64Array(this.positions.length);
        const still: number[][] = this._nodes.map(() => []);
        for (let i = 0; i <= samples && step > 0; i++) {
            before.set(this.positions);
            motion.sample(i * step, pose);
            this.update(pose);
            for (let point = 0; point < this._nodes.length && i > 0; point++) {
                const way = Math.hypot(
                    ...[0, 1, 2].map((k) => this.positions[point * 3 + k]! - before[point * 3 + k]!),
                );
                if (way * ReferenceLeg < StillSpeed * step * this.legLength) {
                    still[point]!.push(this.positions[point * 3 + 1]!);
                }
            }
        }
        const most = (MostOffset * this.legLength) / ReferenceLeg;
        still.forEach((heights, point) => {
            const height = heights.sort((a, b) => a - b)[Math.floor(heights.length * StandingShare)];
            if (height !== undefined && Math.abs(height - this.restHeights[point]!) < most) {
                this.restHeights[point] = height;
            }
        });
    }

    /** Takes over where the feet are now. */
    public update({ positions }: RigPose): void {
        for (let point = 0; point < this._nodes.length; point++) {
            RotatePacked(this._heading, 0, positions, this._nodes[point]! * 3, this.positions, point * 3);
        }
    }
}
