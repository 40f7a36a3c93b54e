// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.bench.jmh;

import io.tandem.node.boot.LoadedText;
import io.tandem.node.language.ProxyDraft;
import io.tandem.node.rules.ExchangeByHand;
import io.tandem.node.rules.format.Format;
import io.tandem.node.rules.format.FormatParser;
import io.tandem.node.rules.sample.Expression;
import io.tandem.node.rules.sample.ExpressionParser;
import io.tandem.node.rules.sample.Place;
import io.tandem.node.rules.sample.Site;

/** A frontend of one configuration, and requests that it has not received from anybody. */
final class Subject {
    /** What a browser sends, about as long as most. */
    private static final String REQUEST =
            """
            GET /some/path?with=a&query=string HTTP/1.1
            Host: www.example.org
            User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36
            Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8
            X-Service: %s
            Cookie: session=0123456789abcdef0123456789abcdef; theme=dark
            """;

    private final LoadedText loaded;

    /** @param lines of the frontend */
    Subject(String lines) {
        loaded = LoadedText.of("frontend web\n mode http\n bind 127.0.0.1:1\n" + lines
                + "\n default_backend app\nbackend app\n mode http\n server s1 127.0.0.1:2\n");
        if (!loaded.messages().stream().allMatch(text -> text.contains("timeout"))) {
            throw new IllegalStateException(loaded.messages().toString());
        }
    }

    /** @param service the value of its field X-Service */
    ExchangeByHand request(String service) {
        return new ExchangeByHand(loaded, "web").request(REQUEST.formatted(service));
    }

    Expression expression(String text) {
        return ExpressionParser.parse(text, site(Place.REQUEST)).expression();
    }

    Format logFormat(String text) {
        return FormatParser.parse(text, site(Place.LOG), Format.Style.LOG);
    }

    private Site site(Place place) {
        return new Site(frontend(), place, "", frontend().origin(), null);
    }

    ProxyDraft frontend() {
        return loaded.configuration().drafts().proxies().get(0);
    }

    LoadedText loaded() {
        return loaded;
    }
}
