import { RotatePacked } from "../../math/packedQuaternion.js";
import { DistanceVector3 } from "../../math/vector3.js";
import { type RigPose } from "../motion/rigPose.js";
import { type RestRig } from "../rig/restRig.js";
import { type IRigProfile } from "../rig/rigProfile.js";
import { FootPoints } from "./footPoints.js";

/** The feet of the source of a motion, upright whatever way the rig's axes point: what contacts are best detected from. */
export class SourceFeet extends FootPoints {
    private readonly _nodes: readonly number[];
    private readonly _heading: IRigProfile["calibration"]["heading"];

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
        this._heading = calibration.heading;
        this._nodes.forEach((node, point) => {
            RotatePacked(this._heading, 0, at(node), 0, this.positions, point * 3);
            this.restHeights[point] = this.positions[point * 3 + 1]!;
        });
    }

    /** Takes over where the feet are now. */
    public update({ positions }: RigPose): void {
        for (let point = 0; point < this._nodes.length; point++) {
            RotatePacked(this._heading, 0, positions, this._nodes[point]! * 3, this.positions, point * 3);
        }
    }
}
