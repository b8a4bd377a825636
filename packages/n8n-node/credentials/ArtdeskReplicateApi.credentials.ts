import type {
  IAuthenticateGeneric,
  Icon,
  ICredentialTestRequest,
  ICredentialType,
  INodeProperties,
} from "n8n-workflow";

/** A Replicate API key, and where to send requests with it. */
export class ArtdeskReplicateApi implements ICredentialType {
  name = "artdeskReplicateApi";
  displayName = "Artdesk Replicate API";
  icon: Icon = { light: "file:../icons/replicate-key.svg", dark: "file:../icons/replicate-key.dark.svg" };
  documentationUrl = "https://github.com/artdesk/artdesk/tree/main/packages/n8n-node#credentials";
  properties: INodeProperties[] = [
    {
      displayName: "API Key",
      name: "apiKey",
      type: "string",
      typeOptions: { password: true },
      required: true,
      default: "",
      description: "A token from replicate.com/account/api-tokens, on an account with billing",
    },
    {
      displayName: "Base URL",
      name: "baseUrl",
      type: "string",
      default: "https://api.replicate.com/v1",
      description: "Change this only for a gateway or a test server that speaks the Replicate API",
    },
  ];
  authenticate: IAuthenticateGeneric = {
    type: "generic",
    properties: { headers: { Authorization: "=Bearer {{$credentials.apiKey}}" } },
  };
  test: ICredentialTestRequest = {
    request: { baseURL: "={{$credentials.baseUrl}}", url: "/account" },
  };
}
