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
} from "./format/avatarAsset.js";
export { type IMorphTarget } from "./format/morphTarget.js";
export {
    type ConditioningChannel,
    type GaussianAttribute,
    type IAttributeOutput,
    type IAvatarNetwork,
    type IConditioning,
    type IFixedHands,
    type IInfluences,
    type IMapDecoding,
    type IMapModel,
    type IPoseProjection,
    type ITensorContract,
} from "./format/mapModel.js";
export {
    BodyModels,
    SmplxJointNames,
    SmplxJointParents,
    type BodyModel,
    type SmplxJointName,
} from "./format/bodyModel.js";
export { CreateAvatarEngineAsync } from "./avatar/avatarEngine.js";
export { AvatarRenderer } from "./avatar/avatarRenderer.js";
export { type AvatarColorSpace } from "./avatar/splatMaterial.js";
export { GaussianAvatar } from "./avatar/gaussianAvatar.js";
export { type AvatarPicture } from "./avatar/heads/avatarPicture.js";
export { WornHeadError, type IWornHeadOptions, type WornHeadErrorCode } from "./avatar/heads/wornHead.js";
export { LoadAvatarAsync, type ILoadAvatarOptions } from "./avatar/loadAvatar.js";
export { AvatarNetworks, type IGaussianMap, type NetworkState } from "./avatar/networks/avatarNetworks.js";
export { type AvatarTier, type INetworkSettings } from "./avatar/networks/networkSettings.js";
export { NetworkError, type NetworkErrorCode } from "./networks/networkError.js";
export { type NetworkProvider } from "./networks/networkRuntime.js";
export { RegisterAvatarLoader } from "./avatar/gltf/registerAvatarLoader.js";
export { AvatarAnimator } from "./animation/animator/avatarAnimator.js";
export {
    type FollowSource,
    type IDescribedRig,
    type IEffectorOptions,
    type IFollowOptions,
    type IExpressionOptions,
    type IFollowMorphsOptions,
    type ILookAtOptions,
    type IRetargetClipOptions,
    type IUnfollowOptions,
    type RigSource,
} from "./animation/animator/animatorOptions.js";
export { type IPlayOptions } from "./animation/animator/playOptions.js";
export { type IAnimatorSettings, type ISavedVoice } from "./animation/animator/animatorSettings.js";
export { type ScenePlace } from "./animation/animator/avatarSpace.js";
export { GroupMotion } from "./animation/animator/groupMotion.js";
export { type JointMask, type JointMaskName } from "./animation/animator/jointMasks.js";
export { LiveRig } from "./animation/animator/liveRig.js";
export { type IPosableAvatar } from "./animation/animator/posableAvatar.js";
export { type EffectorName } from "./animation/animator/poseDriver.js";
export {
    AnimatorError,
    type AnimatorErrorCode,
    type IRigNodes,
    type RigNodeSource,
    type RigTarget,
} from "./animation/animator/rigNodes.js";
export { type Effector } from "./animation/adjust/effector.js";
export { type FootPlanter } from "./animation/adjust/footPlanter.js";
export { type GroundAt, type IGroundPoint } from "./animation/adjust/ground.js";
export { type IdleLife } from "./animation/adjust/idleLife.js";
export { type FaceFollowSource, type MorphSource } from "./animation/animator/morphFace.js";
export { FaceCalibration } from "./animation/face/compose/faceCalibration.js";
export { FaceSamples } from "./animation/face/compose/faceSamples.js";
export { type IExpressionLayerOptions } from "./animation/face/compose/expressionLayer.js";
export { type FaceRegion } from "./animation/face/compose/faceRegions.js";
export { type Expression } from "./animation/face/expression.js";
export { FaceError, type FaceErrorCode } from "./animation/face/faceError.js";
export { type FaceFrame } from "./animation/face/faceFrame.js";
export { type IFaceLandmarks, MediaPipeFace } from "./animation/face/mediaPipeFace.js";
export { type IFaceSource } from "./animation/face/faceSource.js";
export { type FaceLife } from "./animation/face/life/faceLife.js";
export { type IRetargetFaceOptions } from "./animation/face/retargetFace.js";
export { type IFaceTrack } from "./animation/face/tracks/faceTrack.js";
export { ArkitIndices, type ArkitName, ArkitNames, type FacePart } from "./animation/face/vocabulary/arkit.js";
export {
    type FaceFamily,
    type FaceShapes,
    type IFaceChannel,
    type IFaceMapping,
} from "./animation/face/vocabulary/faceMapping.js";
export {
    type IFaceMappingFile,
    ParseFaceMapping,
    SerializeFaceMapping,
} from "./animation/face/vocabulary/faceMappingFile.js";
export { type ShapeWeights } from "./animation/face/vocabulary/shapeList.js";
export { type VisemeScheme, VisemeWeights } from "./animation/face/vocabulary/visemes.js";
export { type IMotion } from "./animation/motion/motion.js";
export { type RigPose } from "./animation/motion/rigPose.js";
export { type IAvatarBody } from "./animation/pose/avatarBody.js";
export { type BodyPose } from "./animation/pose/bodyPose.js";
export { type IPoseSource } from "./animation/pose/poseSource.js";
export { RetargetError, type RetargetErrorCode } from "./animation/retarget/retargetError.js";
export { type IKeyTolerance, type IRetargetMotionOptions } from "./animation/retarget/retargetMotion.js";
export { type IRetargetOptions, type RootMotionMode, type SpineMode } from "./animation/retarget/retargetOptions.js";
export { type IRigCalibration } from "./animation/rig/calibrateRig.js";
export { type IRigMapping } from "./animation/rig/mapRig.js";
export { type IRigNode, type RestRig } from "./animation/rig/restRig.js";
export { RigError, type RigErrorCode } from "./animation/rig/rigError.js";
export { type IRigProfile, type RigJointNames } from "./animation/rig/rigProfile.js";
export { type IRigProfileFile, ParseRigProfile, SerializeRigProfile } from "./animation/rig/rigProfileFile.js";
