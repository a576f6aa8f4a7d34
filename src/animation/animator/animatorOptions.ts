import { type AssetContainer } from "@babylonjs/core/assetContainer.js";
import { type FaceShapes } from "../face/vocabulary/faceMapping.js";
import { type IExpressionLayerOptions } from "../face/compose/expressionLayer.js";
import { type FaceCalibration } from "../face/compose/faceCalibration.js";
import { type FacePart } from "../face/vocabulary/arkit.js";
import { type IPoseSource } from "../pose/poseSource.js";
import { type IRetargetMotionOptions } from "../retarget/retargetMotion.js";
import { type IRetargetOptions } from "../retarget/retargetOptions.js";
import { type RestRig } from "../rig/restRig.js";
import { type IRigProfile, type RigJointNames } from "../rig/rigProfile.js";
import { type RigNodeSource } from "./rigNodes.js";

/** A rig that is live in the scene: a skeleton, a node above one, or what an asset container holds or has made copies of. */
export type RigSource = RigNodeSource | Pick<AssetContainer, "skeletons" | "rootNodes">;

/** What an avatar can follow: a rig, or whatever else has poses for it. */
export type FollowSource = RigSource | IPoseSource;

/** A rig and what was made of it. */
export interface IDescribedRig extends IRigProfile {
    /** Name of the skeleton, node, group or motion. */
    readonly name: string;
    /** The rig at rest; the mapping speaks of its nodes by number. */
    readonly rig: RestRig;
}

/** How a motion is turned into a clip of the avatar. */
export interface IRetargetClipOptions extends Omit<IRetargetMotionOptions, "adjust" | "onWarning"> {
    /** Bones by joint, where they are known better than names tell; null for a joint without a bone (default: nothing). */
    readonly joints?: RigJointNames;
    /** Whether standing feet are planted in the clip (default: false). */
    readonly footPlanting?: boolean;
}

/** How a source is followed; all but `fade` is for rigs. */
export interface IFollowOptions extends IRetargetOptions {
    /** Bones by joint, where they are known better than names tell; null for a joint without a bone (default: nothing). */
    readonly joints?: RigJointNames;
    /** Seconds until the avatar follows completely, from the pose that it is in (default: 0.25). */
    readonly fade?: number;
}

/** How a face is followed. */
export interface IFollowMorphsOptions {
    /** What targets mean, by name, where it is known better: an ARKit shape, shapes with weights, or null for nothing. */
    readonly shapes?: Readonly<Record<string, FaceShapes>>;
    /** Seconds until the face follows completely (default: 0.25). */
    readonly fade?: number;
    /** Share of each part of the face that is followed, 0..1; parts that are left out: all of it. */
    readonly parts?: Readonly<Partial<Record<FacePart, number>>>;
    /** Whether the tremble of a camera's face is taken out, lips still meet (default: false). */
    readonly smooth?: boolean;
    /** The person in front of the camera: what is neutral for this one, and the most. */
    readonly calibration?: FaceCalibration;
}

/** How an expression joins what the face does. */
export interface IExpressionOptions extends IExpressionLayerOptions {
    /** Name of the expression: of each name there is one, later names lie above earlier ones (default: `"expression"`). */
    readonly name?: string;
}

/** How something is looked at. */
export interface ILookAtOptions {
    /** How far the gaze goes there, 0..1 (default: 1). */
    readonly weight?: number;
}

/** How following ends. */
export interface IUnfollowOptions {
    /** Seconds in which the avatar goes over to what plays; 0 goes there at once (default: 0.25). */
    readonly fade?: number;
}

/** How a hand or foot goes to a goal. */
export interface IEffectorOptions {
    /** How far it goes there, 0..1 (default: 1). */
    readonly weight?: number;
    /** Whether it also takes the rotation of a node; the identity is the rest pose of an avatar that faces +z (default: false). */
    readonly turn?: boolean;
}
