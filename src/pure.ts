/**
 * The whole API, free of side effects: nothing is registered until {@link RegisterAvatarLoader} is called.
 *
 * @packageDocumentation
 */
export { AvatarError } from "./diagnostics/avatarError.js";
export { AvatarDeviceError, type AvatarDeviceErrorCode } from "./gpu/avatarDeviceError.js";
export {
    AvatarFormatError,
    type AvatarFormatErrorCode,
    type AvatarFormatWarningCode,
    type IValidationIssue,
} from "./format/avatarFormatError.js";
export {
    type IAnimationClip,
    type IAnimationTrack,
    type IAvatarAsset,
    type IAvatarCredits,
    type IAvatarJoint,
    type IGaussianCloud,
    type IMorphTarget,
} from "./format/avatarAsset.js";
export {
    BodyModels,
    SmplxJointNames,
    SmplxJointParents,
    type BodyModel,
    type SmplxJointName,
} from "./format/bodyModel.js";
export { CreateAvatarEngineAsync } from "./avatar/avatarEngine.js";
export { AvatarRenderer } from "./avatar/avatarRenderer.js";
export { GaussianAvatar } from "./avatar/gaussianAvatar.js";
export { LoadAvatarAsync, type ILoadAvatarOptions } from "./avatar/loadAvatar.js";
export { RegisterAvatarLoader } from "./avatar/gltf/registerAvatarLoader.js";
export {
    AvatarAnimator,
    type FollowSource,
    type IEffectorOptions,
    type IFollowOptions,
    type IRetargetClipOptions,
} from "./animation/animator/avatarAnimator.js";
export { GroupMotion } from "./animation/animator/groupMotion.js";
export { AnimatorError, type AnimatorErrorCode } from "./animation/animator/rigNodes.js";
export { BvhError, type IBvhMotion, ReadBvh } from "./animation/motion/bvh.js";
export { CreateBvhMotion, type IBvhMotionOptions } from "./animation/motion/bvhMotion.js";
export { type IMotion } from "./animation/motion/motion.js";
export { RigPose } from "./animation/motion/rigPose.js";
export { type ISmplMotion, ReadSmplMotion } from "./animation/motion/smplMotion.js";
export { CreateSmplMotion, type ISmplRigMotionOptions } from "./animation/motion/smplRigMotion.js";
export { type IAvatarBody } from "./animation/pose/avatarBody.js";
export { MeasureAvatarBody } from "./animation/pose/measureAvatarBody.js";
export { type IMeasureRetargetOptions, MeasureRetarget } from "./animation/retarget/measureRetarget.js";
export { type IRetargetMotionOptions, RetargetMotion } from "./animation/retarget/retargetMotion.js";
export { type IRetargetReport } from "./animation/retarget/retargetReport.js";
export { type IRigMapping } from "./animation/rig/mapRig.js";
export { type IRigProfile } from "./animation/rig/rigProfile.js";
