// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.hocon;

import com.typesafe.config.ConfigValue;
import io.tandem.config.model.AdvertHmac;
import io.tandem.config.model.AdvertHmac.AntiReplay;
import io.tandem.config.model.AdvertHmac.Mode;
import io.tandem.config.model.VirtualRouterConfig.Admission;
import io.tandem.config.model.VirtualRouterConfig.PeerTtl;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Reads what a router asks of advertisements: {@code hmac}, {@code strangers}, and the hops of unicast peers. */
final class AdmissionReader {
    private final Settings router;
    private final Path directory;

    AdmissionReader(Settings router, Path directory) {
        this.router = router;
        this.directory = directory;
    }

    /** @param password whether the router has one: it cannot be signed as well */
    Admission read(boolean password, Duration advertInterval) {
        Settings hmac = router.child("hmac");
        if (hmac != null && password) {
            router.wrong("hmac", "is given beside a password: which of them counts?", "remove the password");
        }
        Settings unicast = router.child("unicast");
        return new Admission(
                hmac == null ? null : hmac(hmac, advertInterval),
                unicast == null ? List.of() : peerTtls(unicast),
                refuseStrangers());
    }

    private boolean refuseStrangers() {
        String strangers = router.string("strangers", "accept");
        if (strangers != null && !"accept".equals(strangers) && !"refuse".equals(strangers)) {
            router.wrong("strangers", "is neither accept nor refuse", "strangers = accept");
        }
        return "refuse".equals(strangers);
    }

    private static List<PeerTtl> peerTtls(Settings unicast) {
        if (!unicast.has("min-ttl") && !unicast.has("max-ttl")) {
            return List.of();
        }
        int min = unicast.integer("min-ttl", 0, 0, 255);
        int max = unicast.integer("max-ttl", 255, 0, 255);
        if (min > max) {
            unicast.wrong("min-ttl", "is above max-ttl: nothing would be heard", null);
        }
        List<PeerTtl> ranges = new ArrayList<>();
        for (InetAddress peer : unicast.addresses("peers", "10.0.0.2")) {
            ranges.add(new PeerTtl(peer, min, max));
        }
        return ranges;
    }

    private @Nullable AdvertHmac hmac(Settings hmac, Duration advertInterval) {
        List<AdvertHmac.Key> keys = keys(hmac);
        int active = hmac.integer("active-key", keys.isEmpty() ? 1 : keys.get(0).id(), 1, 255);
        AntiReplay antiReplay = choice(hmac, "anti-replay", AntiReplay.TIME);
        Duration window = hmac.duration(
                "time-window",
                AdvertHmac.defaultWindow(advertInterval),
                Duration.ofSeconds(1),
                Duration.ofSeconds(300));
        Mode mode = choice(hmac, "mode", Mode.ENFORCE);
        hmac.rejectUnknown();
        if (keys.stream().noneMatch(key -> key.id() == active)) {
            hmac.wrong("keys", "hold no key " + active + " to sign with", "keys { 1 = \"file:vrrp.key\" }");
            return null;
        }
        return new AdvertHmac(keys, active, antiReplay, window, mode);
    }

    /** Complaints name a key by its id, never by its text. */
    private List<AdvertHmac.Key> keys(Settings hmac) {
        List<AdvertHmac.Key> keys = new ArrayList<>();
        Settings block = hmac.child("keys");
        if (block == null) {
            return keys;
        }
        for (String id : block.names()) {
            List<ConfigValue> values = block.list(id);
            String text = values.size() == 1 ? String.valueOf(values.get(0).unwrapped()) : "";
            KeyText key = KeyText.read(text, directory);
            boolean isId = id.matches("[1-9]\\d{0,2}") && Integer.parseInt(id) <= 255;
            if (!isId) {
                hmac.wrong("keys", "have the id " + id + ", which is not a number from 1 to 255", null);
            } else if (key.secret() == null) {
                hmac.wrong("keys", "hold key " + id + ", which " + key.fault(), null);
            } else {
                keys.add(new AdvertHmac.Key(Integer.parseInt(id), key.secret()));
            }
        }
        return keys;
    }

    /** The words are the names of the constants, with hyphens. */
    private static <E extends Enum<E>> E choice(Settings settings, String key, E absent) {
        String word = settings.string(key, word(absent));
        List<String> words = new ArrayList<>();
        for (E constant : absent.getDeclaringClass().getEnumConstants()) {
            words.add(word(constant));
            if (word == null ? constant == absent : word(constant).equals(word)) {
                return constant;
            }
        }
        settings.wrong(key, "is none of " + String.join(", ", words), key + " = " + word(absent));
        return absent;
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
