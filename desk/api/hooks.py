"""POST /hooks/mlflow: the registry says that something moved."""

import json
import time
from typing import Annotated

from fastapi import APIRouter, Header, Request

from desk.api.drafts import desk_of
from desk.serving.webhook import PATH, Delivery

router = APIRouter(tags=["hooks"])


@router.post(PATH, status_code=202)
async def moved(
    request: Request,
    x_mlflow_delivery_id: Annotated[str | None, Header(max_length=255)] = None,
    x_mlflow_timestamp: Annotated[str | None, Header(max_length=32)] = None,
    x_mlflow_signature: Annotated[str | None, Header(max_length=255)] = None,
) -> object:
    """Look at the aliases now. Signed by MLflow; 401 otherwise."""
    desk = desk_of(request)
    webhook = desk.champion.webhook
    assert webhook is not None
    body = await request.body()
    delivery = Delivery(x_mlflow_delivery_id, x_mlflow_timestamp, x_mlflow_signature, body)
    webhook.verify(delivery, time.time())
    event = json.loads(body)
    desk.look(again=event.get("entity") == "model_version_alias")
    return {"looks": True}
