/**
 * Gaussian avatars for Babylon.js. Importing this module registers the avatar loader with Babylon's glTF loader, and has
 * no other effect; `babylon-gaussian-avatar/pure` is the same API without it.
 *
 * @packageDocumentation
 */
import { RegisterAvatarLoader } from "./pure.js";

RegisterAvatarLoader();

export {
    AnimatorError,
    AvatarAnimator,
    AvatarDeviceError,
    AvatarError,
    AvatarFormatError,
    AvatarRenderer,
    BodyModels,
    BvhError,
    CreateAvatarEngineAsync,
    CreateBvhMotion,
    CreateSmplMotion,
    GaussianAvatar,
    GroupMotion,
    LoadAvatarAsync,
    MeasureAvatarBody,
    MeasureRetarget,
    ReadBvh,
    ReadSmplMotion,
    RegisterAvatarLoader,
    RetargetMotion,
    RigPose,
    SmplxJointNames,
    SmplxJointParents,
} from "./pure.js";
export type {
    AnimatorErrorCode,
    AvatarDeviceErrorCode,
    AvatarFormatErrorCode,
    AvatarFormatWarningCode,
    BodyModel,
    FollowSource,
    IAnimationClip,
    IAnimationTrack,
    IAvatarAsset,
    IAvatarBody,
    IAvatarCredits,
    IAvatarJoint,
    IBvhMotion,
    IBvhMotionOptions,
    IEffectorOptions,
    IFollowOptions,
    IGaussianCloud,
    ILoadAvatarOptions,
    IMeasureRetargetOptions,
    IMorphTarget,
    IMotion,
    IRetargetClipOptions,
    IRetargetMotionOptions,
    IRetargetReport,
    IRigMapping,
    IRigProfile,
    ISmplMotion,
    ISmplRigMotionOptions,
    IValidationIssue,
    SmplxJointName,
} from "./pure.js";
