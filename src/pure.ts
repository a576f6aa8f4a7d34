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
