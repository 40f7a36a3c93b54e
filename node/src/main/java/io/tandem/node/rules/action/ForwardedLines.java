// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.action;

import io.tandem.node.backend.Backend;
import io.tandem.node.language.Arguments;
import io.tandem.node.language.Directive;
import io.tandem.node.language.Draft;
import io.tandem.node.language.Facet;
import io.tandem.node.language.FacetKey;
import io.tandem.node.language.Keyword;
import io.tandem.node.language.Mode;
import io.tandem.node.language.ProxyDraft;
import io.tandem.node.language.SectionKind;
import io.tandem.node.rules.sample.Expression;
import io.tandem.node.rules.sample.ExpressionParser;
import io.tandem.node.rules.sample.Place;
import io.tandem.node.rules.sample.SampleError;
import io.tandem.node.rules.sample.Site;
import io.tandem.node.setup.Assembly;
import io.tandem.node.setup.Feature;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code option forwarded} (HAProxy 2.8 manual 4.2): the field of RFC 7239 in requests to servers. */
public final class ForwardedLines implements Feature {
    /** What the field may tell, and where it comes from unless an expression says otherwise. */
    enum Element {
        HOST("host", "req.hdr(host)"),
        BY("by", "dst"),
        BY_PORT("by_port", "dst_port"),
        FOR("for", "src"),
        FOR_PORT("for_port", "src_port");

        private final String word;
        private final String source;

        Element(String word, String source) {
            this.word = word;
            this.source = source;
        }
    }

    private static final class Said implements Facet {
        /** The last line; null where there is none, or after {@code no option forwarded}. */
        private RuleLines.@Nullable Entry entry;

        @Override
        public Facet inherit() {
            Said copy = new Said();
            copy.entry = entry;
            return copy;
        }
    }

    private static final FacetKey<Said> SAID = new FacetKey<>(Said.class, Said::new);

    @Override
    public List<Keyword<Directive>> directives() {
        return List.of(Keyword.directive("option forwarded", SectionKind.PROXIES)
                .arguments("[proto] [host | host-expr EXPR] [by | by-expr EXPR] [by_port | by_port-expr EXPR]"
                        + " [for | for-expr EXPR] [for_port | for_port-expr EXPR]")
                .doc("tells the server about the client in the field Forwarded (RFC 7239); proto and for by default")
                .negatable()
                .as(ForwardedLines::forwarded));
    }

    private static void forwarded(Arguments line, Draft draft) {
        if (!draft.needsBackend(line, "option forwarded", ".")) {
            return;
        }
        Said said = draft.facet(SAID);
        if (line.negated()) {
            line.noMore("option forwarded");
            said.entry = null;
            return;
        }
        int first = line.position();
        read(line, (ProxyDraft) draft, null);
        said.entry = RuleLines.Entry.of(line, first);
    }

    private static ForwardedField read(Arguments line, ProxyDraft proxy, @Nullable Assembly assembly) {
        Site site = new Site(proxy, Place.BACKEND_REQUEST, "option forwarded", line.origin(), assembly);
        Map<Element, Expression> elements = new EnumMap<>(Element.class);
        boolean tellsProtocol = !line.hasNext();
        if (tellsProtocol) {
            elements.put(Element.FOR, expression(Element.FOR.source, line, site));
        }
        while (line.hasNext()) {
            String word = line.next();
            if (word.equals("proto")) {
                tellsProtocol = true;
                continue;
            }
            Element element = element(word, line);
            String source = element.source;
            if (word.endsWith("-expr")) {
                source = line.require("'option forwarded' : '" + word + "' expects an expression as argument.")
                        .text();
            }
            if (elements.put(element, expression(source, line, site)) != null) {
                throw line.error("'option forwarded' : '" + element.word + "' is given twice.");
            }
        }
        dropPort(Element.BY_PORT, Element.BY, elements, line, assembly == null);
        dropPort(Element.FOR_PORT, Element.FOR, elements, line, assembly == null);
        return new ForwardedField(tellsProtocol, elements);
    }

    /** A port belongs to a node (RFC 7239 section 6): without one it has no place in the field. */
    private static void dropPort(
            Element port, Element node, Map<Element, Expression> elements, Arguments line, boolean says) {
        if (!elements.containsKey(node) && elements.remove(port) != null && says) {
            line.warn("'option forwarded' : '" + port.word + "' has no effect without '" + node.word + "'.");
        }
    }

    private static Element element(String word, Arguments line) {
        String name = word.endsWith("-expr") ? word.substring(0, word.length() - 5) : word;
        for (Element element : Element.values()) {
            if (element.word.equals(name)) {
                return element;
            }
        }
        throw line.error("'option forwarded' only supports optional values: 'proto', 'host', 'host-expr', 'by',"
                + " 'by-expr', 'by_port', 'by_port-expr', 'for', 'for-expr', 'for_port' and 'for_port-expr' (got '"
                + word
                + "').");
    }

    private static Expression expression(String text, Arguments line, Site site) {
        try {
            ExpressionParser.Result result = ExpressionParser.parse(text, site);
            if (result.end() < text.length()) {
                throw result.extraText();
            }
            if (!result.expression().need().isMetIn(Place.BACKEND_REQUEST)) {
                throw new SampleError("'" + result.name() + "' is not available for requests");
            }
            return result.expression();
        } catch (SampleError error) {
            throw line.error("'option forwarded' : cannot parse '" + text + "' : " + error.text() + ".");
        }
    }

    @Override
    public void complete(ProxyDraft draft, Backend.Builder backend, Assembly assembly) {
        RuleLines.Entry entry = draft.facet(SAID).entry;
        if (entry == null) {
            return;
        }
        if (draft.mode() != Mode.HTTP) {
            String name = draft.kind() == SectionKind.LISTEN ? "proxy '" + draft.name() + "'" : draft.toString();
            assembly.problems()
                    .warning(draft.origin(), "'option forwarded' ignored for " + name + " as it requires HTTP mode.");
            return;
        }
        ForwardedField field = read(entry.again(assembly.drafts()), draft, assembly);
        backend.requestRules = backend.requestRules.then(Captures.always(field));
    }
}
