"""An application in Django that signs people in with mozilla-django-oidc."""

import json
import os
from wsgiref.simple_server import make_server

import django
from django.conf import settings as configuration
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.http import JsonResponse
from django.urls import include, path

settings = json.loads(os.environ["SETTINGS"])
issuer = settings["issuer"]
OIDC = "mozilla_django_oidc"

configuration.configure(
    ALLOWED_HOSTS=["localhost"],
    SECRET_KEY="only for these tests, and long enough for that",
    ROOT_URLCONF=__name__,
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", OIDC],
    AUTHENTICATION_BACKENDS=[f"{OIDC}.auth.OIDCAuthenticationBackend"],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        f"{OIDC}.middleware.SessionRefresh",
    ],
    SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies",
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    OIDC_OP_AUTHORIZATION_ENDPOINT=f"{issuer}/oauth/authorize",
    OIDC_OP_TOKEN_ENDPOINT=f"{issuer}/oauth/token",
    OIDC_OP_USER_ENDPOINT=f"{issuer}/oauth/userinfo",
    OIDC_OP_JWKS_ENDPOINT=f"{issuer}/.well-known/jwks.json",
    OIDC_RP_CLIENT_ID=settings["client_id"],
    OIDC_RP_CLIENT_SECRET=settings["client_secret"],
    # It takes HS256 for granted, and does without PKCE, unless it is told otherwise.
    OIDC_RP_SIGN_ALGO="RS256",
    LOGIN_REDIRECT_URL="/",
    **settings.get("oidc", {}),
)


def home(request):
    user = request.user
    return JsonResponse({"email": user.email if user.is_authenticated else None})


urlpatterns = [path("oidc/", include(f"{OIDC}.urls")), path("", home)]

django.setup()
call_command("migrate", verbosity=0)
# One request at a time, since the database is this thread's.
make_server("127.0.0.1", settings["port"], get_wsgi_application()).serve_forever()
