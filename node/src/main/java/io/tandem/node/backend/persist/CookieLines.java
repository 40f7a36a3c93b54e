// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.persist;

import io.tandem.config.text.Times;
import io.tandem.node.backend.Backend;
import io.tandem.node.backend.Persistence;
import io.tandem.node.language.Arguments;
import io.tandem.node.language.Directive;
import io.tandem.node.language.Draft;
import io.tandem.node.language.Facet;
import io.tandem.node.language.FacetKey;
import io.tandem.node.language.Keyword;
import io.tandem.node.language.KnownKeywords;
import io.tandem.node.language.LineError;
import io.tandem.node.language.Mode;
import io.tandem.node.language.ProxyDraft;
import io.tandem.node.language.SectionKind;
import io.tandem.node.setup.Assembly;
import io.tandem.node.setup.Feature;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code cookie} and {@code option persist}. */
public final class CookieLines implements Feature {
    private static final FacetKey<Said> SAID = new FacetKey<>(Said.class, Said::new);

    private static final Keyword<Directive> COOKIE = Keyword.directive("cookie", SectionKind.PROXIES)
            .arguments("NAME [rewrite | insert | prefix] [OPTION…]")
            .doc("a cookie brings clients back to their server")
            .as(CookieLines::cookie);

    private static final Keyword<Directive> PERSIST = Keyword.directive("option persist", SectionKind.PROXIES)
            .negatable()
            .doc("clients keep their server even while it is down")
            .as(CookieLines::persist);

    private static final class Said implements Facet {
        @Nullable CookieSettings cookie;

        boolean persist;

        @Override
        public Facet inherit() {
            Said copy = new Said();
            copy.cookie = cookie;
            copy.persist = persist;
            return copy;
        }
    }

    /** The words of one line. */
    private static final class Words {
        int kinds;
        CookieSettings.Kind kind = CookieSettings.Kind.PASSIVE;
        boolean indirect;
        boolean noCache;
        boolean postOnly;
        boolean preserve;
        boolean httpOnly;
        boolean secure;
        int maxIdleS;
        int maxLifeS;
        final List<String> domains = new ArrayList<>();
        final List<String> attributes = new ArrayList<>();

        void kind(CookieSettings.Kind kind) {
            kinds++;
            this.kind = kind;
        }

        List<String> all() {
            List<String> all = new ArrayList<>(domains);
            if (httpOnly) {
                all.add("; HttpOnly");
            }
            if (secure) {
                all.add("; Secure");
            }
            all.addAll(attributes);
            return all;
        }
    }

    @Override
    public List<Keyword<Directive>> directives() {
        return List.of(COOKIE, PERSIST);
    }

    private static void cookie(Arguments line, Draft draft) {
        if (!draft.needsBackend(line, "cookie", ".")) {
            return;
        }
        String name =
                line.require("'cookie' expects <cookie_name> as argument.").text();
        Words words = new Words();
        while (line.hasNext()) {
            word(line, words);
        }
        if (words.kinds > 1) {
            throw line.error("cookie 'rewrite', 'insert' and 'prefix' modes are incompatible.");
        }
        if (words.kind == CookieSettings.Kind.REWRITE && words.indirect) {
            throw line.error("cookie 'rewrite' mode is incompatible with 'indirect'.");
        }
        if (words.preserve && words.kind != CookieSettings.Kind.INSERT && !words.indirect) {
            throw line.error("cookie 'preserve' requires at least 'insert' or 'indirect'.");
        }
        draft.facet(SAID).cookie = new CookieSettings(
                name,
                words.kind,
                words.indirect,
                words.noCache,
                words.postOnly,
                words.preserve,
                words.all(),
                words.maxIdleS,
                words.maxLifeS);
    }

    private static void word(Arguments line, Words words) {
        String word = line.next();
        switch (word) {
            case "rewrite" -> words.kind(CookieSettings.Kind.REWRITE);
            case "insert" -> words.kind(CookieSettings.Kind.INSERT);
            case "prefix" -> words.kind(CookieSettings.Kind.PREFIX);
            case "indirect" -> words.indirect = true;
            case "nocache" -> words.noCache = true;
            case "postonly" -> words.postOnly = true;
            case "preserve" -> words.preserve = true;
            case "httponly" -> words.httpOnly = true;
            case "secure" -> words.secure = true;
            case "domain" -> domain(line, words);
            case "maxidle" -> words.maxIdleS = seconds(line, "maxidle", "<idletime>");
            case "maxlife" -> words.maxLifeS = seconds(line, "maxlife", "<lifetime>");
            case "attr" -> attribute(line, words);
            case "dynamic" -> throw line.error(KnownKeywords.notSupported("cookie dynamic"));
            default ->
                throw line.error("'cookie' supports 'rewrite', 'insert', 'prefix', 'indirect', 'nocache', 'postonly',"
                        + " 'domain', 'maxidle', 'dynamic', 'maxlife' and 'attr' options.");
        }
    }

    private static void domain(Arguments line, Words words) {
        String domain = required(line, "'domain' expects <domain> as argument.");
        refuseControls(line, domain, "domain name");
        if (domain.indexOf('.', 1) < 0) {
            line.context()
                    .problems()
                    .warning(
                            line.origin(),
                            place(line) + ": domain '" + domain
                                    + "' contains no embedded dot, this configuration may not work properly (see"
                                    + " RFC6265#5.2.3).");
        }
        words.domains.add("; domain=" + domain);
    }

    private static void attribute(Arguments line, Words words) {
        String value = required(line, "'attr' expects <value> as argument.");
        refuseControls(line, value, "attribute value");
        words.attributes.add("; " + value);
    }

    private static void refuseControls(Arguments line, String text, String what) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < ' ' || c == 127 || c == ';') {
                throw LineError.whole(
                        line.origin(),
                        place(line) + ": character '%x"
                                + Integer.toHexString(0x100 | c).substring(1).toUpperCase(java.util.Locale.ROOT)
                                + "' is not permitted in " + what + ".");
            }
        }
    }

    private static int seconds(Arguments line, String name, String what) {
        String text = required(line, "'" + name + "' expects " + what + " in seconds as argument.");
        Times time = Times.parse(text, Times.Unit.S);
        if (!time.ok()) {
            throw LineError.whole(
                    line.origin(),
                    place(line) + ": unexpected character '" + time.character() + "' in argument to <" + name + ">.");
        }
        return (int) time.value();
    }

    private static String required(Arguments line, String complaint) {
        if (!line.hasNext()) {
            throw LineError.whole(line.origin(), place(line) + ": " + complaint);
        }
        return line.next();
    }

    private static String place(Arguments line) {
        return "parsing [" + line.origin().file() + ":" + line.origin().line() + "]";
    }

    private static void persist(Arguments line, Draft draft) {
        if (draft.needsBackend(line, "persist", ".")) {
            if (line.hasNext()) {
                throw line.error("'option persist' cannot handle unexpected argument '" + line.peek() + "'.");
            }
            draft.facet(SAID).persist = !line.negated();
        }
    }

    @Override
    public void complete(ProxyDraft draft, Backend.Builder backend, Assembly assembly) {
        Said said = draft.facet(SAID);
        backend.persistToDown = said.persist;
        if (said.cookie != null && backend.mode == Mode.HTTP) {
            Persistence cookie =
                    new CookiePersistence(said.cookie, backend.servers, said.persist, System::currentTimeMillis);
            backend.persistence = Persistences.join(cookie, backend.persistence);
        }
    }
}
