import type {
  IAuthenticateGeneric,
  Icon,
  ICredentialTestRequest,
  ICredentialType,
  INodeProperties,
} from "n8n-workflow";

/** An OpenRouter API key, and where to send requests with it. */
export class ArtdeskOpenRouterApi implements ICredentialType {
  name = "artdeskOpenRouterApi";
  displayName = "Artdesk OpenRouter API";
  icon: Icon = { light: "file:../icons/openrouter-key.svg", dark: "file:../icons/openrouter-key.dark.svg" };
  documentationUrl = "https://github.com/artdesk/artdesk/tree/main/packages/n8n-node#credentials";
  properties: INodeProperties[] = [
    {
      displayName: "API Key",
      name: "apiKey",
      type: "string",
      typeOptions: { password: true },
      required: true,
      default: "",
      description: "A key from openrouter.ai/settings/keys, on an account with credits",
    },
    {
      displayName: "Base URL",
      name: "baseUrl",
      type: "string",
      default: "https://openrouter.ai/api/v1",
      description: "Change this only for a gateway or a test server that speaks the OpenRouter API",
    },
  ];
  authenticate: IAuthenticateGeneric = {
    type: "generic",
    properties: { headers: { Authorization: "=Bearer {{$credentials.apiKey}}" } },
  };
  test: ICredentialTestRequest = {
    request: { baseURL: "={{$credentials.baseUrl}}", url: "/key" },
  };
}
