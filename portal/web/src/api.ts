/** The part of the public REST API that this page reads. */

export interface Status {
  code: number;
  description?: string;
  details?: string;
  percent_completed?: number;
  time_remaining?: number;
}

export interface ModelVersion {
  id: string;
  created_at?: string;
  status?: Status;
}

export interface Model {
  id: string;
  model_type_id?: string;
}

export interface App {
  id: string;
}

export interface Charge {
  amount_cents: number;
  billed_seconds: number;
  final: boolean;
  currency: string;
}

/** What the service answered instead of what was asked for, in its own words. */
export class ApiError extends Error {
  constructor(
    readonly httpStatus: number,
    message: string,
  ) {
    super(message);
  }
}

const PER_PAGE = 100;

export class Api {
  constructor(private readonly key: string) {}

  async apps(): Promise<App[]> {
    return (await this.get<{ apps?: App[] }>(`/v2/users/me/apps?per_page=${PER_PAGE}`)).apps ?? [];
  }

  async models(app: string): Promise<Model[]> {
    return (await this.get<{ models?: Model[] }>(`${path(app)}/models?per_page=${PER_PAGE}`)).models ?? [];
  }

  async versions(app: string, model: string): Promise<ModelVersion[]> {
    const answer = await this.get<{ model_versions?: ModelVersion[] }>(
      `${path(app)}/models/${encodeURIComponent(model)}/versions?per_page=${PER_PAGE}`,
    );
    return answer.model_versions ?? [];
  }

  /** Nothing for a version that was never trained. */
  async charge(app: string, model: string, version: string): Promise<Charge | undefined> {
    const at = `${path(app)}/models/${encodeURIComponent(model)}/versions/${encodeURIComponent(version)}/charge`;
    try {
      return (await this.get<{ charge?: Charge }>(at)).charge;
    } catch (error) {
      if (error instanceof ApiError && error.httpStatus === 404) return undefined;
      throw error;
    }
  }

  private async get<T>(url: string): Promise<T> {
    const response = await fetch(url, { headers: { Authorization: `Key ${this.key}` } });
    const body = (await response.json()) as T & { status?: Status };
    if (!response.ok) {
      const status = body.status;
      throw new ApiError(response.status, [status?.description, status?.details].filter(Boolean).join(" "));
    }
    return body;
  }
}

function path(app: string): string {
  return `/v2/users/me/apps/${encodeURIComponent(app)}`;
}
