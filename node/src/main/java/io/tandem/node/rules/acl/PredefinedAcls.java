// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.acl;

import io.tandem.node.rules.pattern.PatternStore;
import io.tandem.node.rules.sample.Site;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The ACLs that every proxy has (HAProxy manual 7.4). */
final class PredefinedAcls {
    private static final Map<String, List<String>> BY_NAME = Map.ofEntries(
            Map.entry("TRUE", List.of("always_true")),
            Map.entry("FALSE", List.of("always_false")),
            Map.entry("LOCALHOST", List.of("src", "127.0.0.0/8", "::1")),
            Map.entry("HTTP", List.of("req.proto_http")),
            Map.entry("HTTP_1.0", List.of("req.ver", "1.0")),
            Map.entry("HTTP_1.1", List.of("req.ver", "1.1")),
            Map.entry("HTTP_2.0", List.of("req.ver", "2.0")),
            Map.entry("METH_CONNECT", List.of("method", "CONNECT")),
            Map.entry("METH_DELETE", List.of("method", "DELETE")),
            Map.entry("METH_GET", List.of("method", "GET", "HEAD")),
            Map.entry("METH_HEAD", List.of("method", "HEAD")),
            Map.entry("METH_OPTIONS", List.of("method", "OPTIONS")),
            Map.entry("METH_POST", List.of("method", "POST")),
            Map.entry("METH_PUT", List.of("method", "PUT")),
            Map.entry("METH_TRACE", List.of("method", "TRACE")),
            Map.entry("HTTP_URL_ABS", List.of("url_reg", "^[^/:]*://")),
            Map.entry("HTTP_URL_SLASH", List.of("url_beg", "/")),
            Map.entry("HTTP_URL_STAR", List.of("url", "*")),
            Map.entry("HTTP_CONTENT", List.of("req.hdr_val(content-length)", "gt", "0")),
            Map.entry("RDP_COOKIE", List.of("req.rdp_cookie_cnt", "gt", "0")),
            Map.entry("REQ_CONTENT", List.of("req.len", "gt", "0")),
            Map.entry("WAIT_END", List.of("wait_end")));

    private PredefinedAcls() {}

    /**
     * The ACL of that name, or null.
     *
     * @param word which word of the site's line says it
     */
    static @Nullable Acl find(String name, int word, Site site) {
        List<String> words = BY_NAME.get(name);
        if (words == null) {
            return null;
        }
        PatternStore store = site.proxy().facet(PatternStore.KEY);
        PatternStore.Place place =
                store.predefined(site.origin(), word, site.proxy().toString(), name);
        Acl acl = new Acl();
        acl.add(AclParser.parse(words, place, site, null, text -> {}));
        return acl;
    }
}
