import type {
  IAuthenticateGeneric,
  Icon,
  ICredentialTestRequest,
  ICredentialType,
  INodeProperties,
} from "n8n-workflow";

/** A fal.ai API key, and where to send requests with it. */
export class ArtdeskFalApi implements ICredentialType {
  name = "artdeskFalApi";
  displayName = "Artdesk fal.ai API";
  icon: Icon = { light: "file:../icons/fal-key.svg", dark: "file:../icons/fal-key.dark.svg" };
  documentationUrl = "https://github.com/artdesk/artdesk/tree/main/packages/n8n-node#credentials";
  properties: INodeProperties[] = [
    {
      displayName: "API Key",
      name: "apiKey",
      type: "string",
      typeOptions: { password: true },
      required: true,
      default: "",
      description: "A key from fal.ai/dashboard/keys, on an account with credits",
    },
    {
      displayName: "Base URL",
      name: "baseUrl",
      type: "string",
      default: "https://queue.fal.run",
      description: "Change this only for a gateway or a test server that speaks the API of fal.ai's queue",
    },
  ];
  authenticate: IAuthenticateGeneric = {
    type: "generic",
    properties: { headers: { Authorization: "=Key {{$credentials.apiKey}}" } },
  };
  // The queue answers nothing for free; fal.ai's list of prices does, and asks for the key. A key for another address
  // is tried there: it is none of fal.ai's business.
  test: ICredentialTestRequest = {
    request: {
      baseURL: '={{$credentials.baseUrl === "https://queue.fal.run" ? "https://api.fal.ai/v1" : $credentials.baseUrl}}',
      url: "/models/pricing",
      qs: { endpoint_id: "fal-ai/seedvr/upscale/image" },
    },
  };
}
