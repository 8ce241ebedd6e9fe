"""An application in Flask that signs people in with Authlib."""

import json
import os

from authlib.integrations.flask_client import OAuth
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import ClientSecretJWT, PrivateKeyJWT
from flask import Flask, jsonify, redirect, session

settings = json.loads(os.environ["SETTINGS"])
issuer, url = settings["issuer"], settings["url"]
method = settings.get("method", "client_secret_basic")
pkce = {"code_challenge_method": "S256"} if settings.get("pkce", True) else {}
# What assertions are made with, where the client authenticates with one.
assertions = {"client_secret_jwt": ClientSecretJWT, "private_key_jwt": PrivateKeyJWT}
assertion = assertions.get(method)
key = settings.get("key") or settings["client_secret"]

app = Flask(__name__)
app.secret_key = "only for these tests"
oauth = OAuth(app)
portcullis = oauth.register(
    "portcullis",
    server_metadata_url=f"{issuer}/.well-known/openid-configuration",
    client_id=settings["client_id"],
    client_secret=key,
    client_kwargs={
        "scope": "openid profile email",
        "token_endpoint_auth_method": method,
        **pkce,
    },
    client_auth_methods=[assertion(f"{issuer}/oauth/token")] if assertion else [],
)
# The tokens of the one who signs in: they are more than a cookie holds.
kept = {}


def direct():
    """The same client without a browser."""
    return OAuth2Session(
        settings["client_id"],
        settings["client_secret"],
        token=kept.get("token"),
        token_endpoint_auth_method=method,
        revocation_endpoint_auth_method=method,
    )


@app.get("/login")
def login():
    return portcullis.authorize_redirect(f"{url}/callback")


@app.get("/callback")
def callback():
    kept["token"] = portcullis.authorize_access_token()
    session["user"] = kept["token"]["userinfo"]
    return redirect("/")


@app.get("/")
def home():
    return jsonify(session.get("user"))


@app.get("/userinfo")
def userinfo():
    return jsonify(portcullis.userinfo(token=kept["token"]))


@app.get("/refresh")
def refresh():
    before = kept["token"]
    after = direct().refresh_token(f"{issuer}/oauth/token", before["refresh_token"])
    return jsonify(before=before["refresh_token"], after=after["refresh_token"])


@app.get("/introspect")
def introspect():
    token = kept["token"]["access_token"]
    return direct().introspect_token(f"{issuer}/oauth/introspect", token).json()


@app.get("/revoke")
def revoke():
    token = kept["token"]["refresh_token"]
    answer = direct().revoke_token(f"{issuer}/oauth/revoke", token, "refresh_token")
    return jsonify(status=answer.status_code)


@app.get("/client-credentials")
def client_credentials():
    token = portcullis.fetch_access_token(grant_type="client_credentials", scope="reports:read")
    return jsonify(token)


@app.get("/logout")
def logout():
    session.pop("user", None)
    return portcullis.logout_redirect(
        post_logout_redirect_uri=f"{url}/logged-out", id_token_hint=kept["token"]["id_token"]
    )


@app.get("/logged-out")
def logged_out():
    portcullis.validate_logout_response()
    return redirect("/")


app.run(port=settings["port"])
