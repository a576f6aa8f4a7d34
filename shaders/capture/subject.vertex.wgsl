// Places a vertex of the subject that is captured. In the dialect of Babylon's shader pre-processor, which adds the entry
// point's structures.

attribute position : vec3f;
attribute normal : vec3f;
attribute uv : vec2f;
attribute light : vec4f; // linear irradiance rgb, share of the key light that arrives

uniform viewProjection : mat4x4f;

varying vPosition : vec3f;
varying vNormal : vec3f;
varying vUv : vec2f;
varying vLight : vec4f;

@vertex
fn main(input : VertexInputs) -> FragmentInputs {
    vertexOutputs.vPosition = vertexInputs.position;
    vertexOutputs.vNormal = vertexInputs.normal;
    vertexOutputs.vUv = vertexInputs.uv;
    vertexOutputs.vLight = vertexInputs.light;
    vertexOutputs.position = uniforms.viewProjection * vec4f(vertexInputs.position, 1.0);
}
