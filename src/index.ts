/**
 * Gaussian avatars for Babylon.js. Importing this module registers the avatar loader with Babylon's glTF loader, and has
 * no other effect; `babylon-gaussian-avatar/pure` is the same API without it.
 *
 * @packageDocumentation
 */
import { RegisterAvatarLoader } from "./pure.js";

RegisterAvatarLoader();

export {
    AvatarDeviceError,
    AvatarError,
    AvatarFormatError,
    AvatarRenderer,
    BodyModels,
    CreateAvatarEngineAsync,
    GaussianAvatar,
    LoadAvatarAsync,
    RegisterAvatarLoader,
    SmplxJointNames,
    SmplxJointParents,
} from "./pure.js";
export type {
    AvatarDeviceErrorCode,
    AvatarFormatErrorCode,
    AvatarFormatWarningCode,
    BodyModel,
    IAnimationClip,
    IAnimationTrack,
    IAvatarAsset,
    IAvatarCredits,
    IAvatarJoint,
    IGaussianCloud,
    ILoadAvatarOptions,
    IMorphTarget,
    IValidationIssue,
    SmplxJointName,
} from "./pure.js";
