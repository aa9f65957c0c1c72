"""The handler of certificates: a release as a page with its signed QR, and as a file to print."""

from __future__ import annotations

from dataclasses import dataclass

from jinja2 import Environment
from starlette.responses import HTMLResponse, Response

from fangxian.services.certificates import certificate_of
from fangxian.services.living import Living
from fangxian.signed.paper import qr
from fangxian.web.asking import Asked
from fangxian.web.templating import render


@dataclass(frozen=True)
class CertificatePages:
    """What the handler works with: the installation and the templates."""

    living: Living
    templates: Environment

    def certificate(self, asked: Asked) -> Response:
        """Answer with the certificate of a person's newest release; or with the same to print."""
        member = asked.member(self.living)
        made = certificate_of(self.living, member)
        if asked.request.method == "POST":
            name = {"Content-Disposition": 'attachment; filename="release-certificate.pdf"'}
            return Response(made.pdf(), media_type="application/pdf", headers=name)
        values = {
            "policy": self.living.policy,
            "here": asked.request.url.path,
            "session": asked.session,
            "member": member,
            "certificate": made.certificate,
            "picture": qr(made.text).svg_data_uri(border=4),
        }
        return HTMLResponse(render(self.templates, "citizen/certificate.html", asked.words, **values))
