// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.tls;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Base64;
import org.bouncycastle.asn1.x509.AccessDescription;
import org.bouncycastle.asn1.x509.AuthorityInformationAccess;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.ocsp.CertificateID;
import org.bouncycastle.cert.ocsp.OCSPException;
import org.bouncycastle.cert.ocsp.OCSPReqBuilder;
import org.jspecify.annotations.Nullable;

/**
 * Asks the responder of a certificate's authority (RFC 6960 A.1). Blocks: for a thread of its own. Bounded: {@value #LIMIT_BYTES}
 * bytes, {@value #TOTAL_MS} ms, no redirections.
 */
final class OcspFetch {
    private static final int LIMIT_BYTES = 64 * 1024;
    private static final int TOTAL_MS = 15_000;
    /** RFC 6960 A.1: shorter requests may be asked for by GET, which responders and caches answer best. */
    private static final int LONGEST_GET = 255;

    private static final int OK = 200;

    private static final String ACCESS = "1.3.6.1.5.5.7.1.1";

    private static final String TYPE = "application/ocsp-response";

    /** The answer does not say that it is an OCSP response. */
    static final class OtherType extends IOException {
        private static final long serialVersionUID = 1;

        private OtherType() {
            super("the answer's Content-Type is not " + TYPE);
        }
    }

    private OcspFetch() {}

    /** Where to ask about {@code certificate}: its first responder, spoken to in HTTP; null where it names none. */
    static @Nullable URI responder(X509Certificate certificate) {
        byte[] extension = certificate.getExtensionValue(ACCESS);
        if (extension == null) {
            return null;
        }
        try {
            AuthorityInformationAccess access =
                    AuthorityInformationAccess.getInstance(JcaX509ExtensionUtils.parseExtensionValue(extension));
            for (AccessDescription one : access.getAccessDescriptions()) {
                GeneralName where = one.getAccessLocation();
                if (one.getAccessMethod().equals(AccessDescription.id_ad_ocsp)
                        && where.getTagNo() == GeneralName.uniformResourceIdentifier) {
                    URI uri = new URI(where.getName().toString());
                    return "http".equalsIgnoreCase(uri.getScheme()) && uri.getHost() != null ? uri : null;
                }
            }
        } catch (IOException | IllegalArgumentException | URISyntaxException damaged) {
            return null;
        }
        return null;
    }

    static byte[] request(OcspId id) throws IOException {
        try {
            return new OCSPReqBuilder()
                    .addRequest(new CertificateID(id.asn1()))
                    .build()
                    .getEncoded();
        } catch (OCSPException e) {
            throw new IOException(e);
        }
    }

    /**
     * What the responder says.
     *
     * @param proxy the HTTP proxy to ask through, or {@link Proxy#NO_PROXY}
     * @throws OtherType if the answer is no OCSP response by its header
     * @throws IOException if it cannot be reached, answers no 200, too much or too slowly
     */
    static OcspResponse ask(URI responder, byte[] request, Proxy proxy) throws IOException {
        return ask(responder, request, proxy, TOTAL_MS);
    }

    /** @param limitMs how long all of it may take, however slowly the answer drips in */
    static OcspResponse ask(URI responder, byte[] request, Proxy proxy, int limitMs) throws IOException {
        ShortExchange answer = ShortExchange.with(
                proxy.address() instanceof InetSocketAddress through
                        ? through
                        : new InetSocketAddress(
                                responder.getHost(), responder.getPort() < 0 ? 80 : responder.getPort()),
                message(responder, request, proxy.type() == Proxy.Type.HTTP),
                LIMIT_BYTES,
                limitMs);
        if (answer.status() != OK) {
            throw new IOException("status " + answer.status());
        }
        if (!TYPE.equalsIgnoreCase(answer.type())) {
            throw new OtherType();
        }
        return new OcspResponse(answer.content());
    }

    private static byte[] message(URI responder, byte[] request, boolean wholeUri) {
        String encoded = Base64.getEncoder().encodeToString(request);
        boolean get = encoded.length() < LONGEST_GET;
        String host = responder.getHost() + (responder.getPort() < 0 ? "" : ":" + responder.getPort());
        String path =
                responder.toASCIIString().replaceFirst("^[^:]*://[^/?#]*", "").replaceFirst("#.*$", "");
        path = path.startsWith("/") ? path : "/" + path;
        if (get) {
            path += (path.endsWith("/") ? "" : "/") + URLEncoder.encode(encoded, StandardCharsets.US_ASCII);
        }
        byte[] head = ((get ? "GET " : "POST ") + (wholeUri ? "http://" + host : "") + path + " HTTP/1.0\r\nHost: "
                        + host
                        + "\r\nConnection: close\r\n"
                        + (get
                                ? ""
                                : "Content-Type: application/ocsp-request\r\nContent-Length: " + request.length
                                        + "\r\n")
                        + "\r\n")
                .getBytes(StandardCharsets.US_ASCII);
        if (get) {
            return head;
        }
        byte[] whole = Arrays.copyOf(head, head.length + request.length);
        System.arraycopy(request, 0, whole, head.length, request.length);
        return whole;
    }
}
