import type {
  IAuthenticateGeneric,
  Icon,
  ICredentialTestRequest,
  ICredentialType,
  INodeProperties,
} from "n8n-workflow";

/** An OpenAI API key, and where to send requests with it. */
export class ArtdeskOpenAiApi implements ICredentialType {
  name = "artdeskOpenAiApi";
  displayName = "Artdesk OpenAI API";
  icon: Icon = { light: "file:../icons/openai-key.svg", dark: "file:../icons/openai-key.dark.svg" };
  documentationUrl = "https://github.com/artdesk/artdesk/tree/main/packages/n8n-node#credentials";
  properties: INodeProperties[] = [
    {
      displayName: "API Key",
      name: "apiKey",
      type: "string",
      typeOptions: { password: true },
      required: true,
      default: "",
      description: "A key from platform.openai.com that may use the Images API",
    },
    {
      displayName: "Base URL",
      name: "baseUrl",
      type: "string",
      default: "https://api.openai.com/v1",
      description: "Change this only for a gateway or a test server that speaks the OpenAI API",
    },
  ];
  authenticate: IAuthenticateGeneric = {
    type: "generic",
    properties: { headers: { Authorization: "=Bearer {{$credentials.apiKey}}" } },
  };
  test: ICredentialTestRequest = {
    request: { baseURL: "={{$credentials.baseUrl}}", url: "/models" },
  };
}
