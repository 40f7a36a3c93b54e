// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.hocon;

import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import io.tandem.config.text.IpLiteral;
import io.tandem.config.text.Nearest;
import io.tandem.config.text.Problem;
import io.tandem.config.text.Problems;
import io.tandem.config.text.Severity;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One object of tandem.conf. What is asked for is what exists: {@link #rejectUnknown} reports every key that nobody asked
 * for, and suggests those that somebody did.
 */
final class Settings {
    private static final Pattern DURATION = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,9})?)\\s*(us|ms|s|m|h)");
    private static final Map<String, Long> UNIT_NS =
            Map.of("us", 1_000L, "ms", 1_000_000L, "s", 1_000_000_000L, "m", 60_000_000_000L, "h", 3_600_000_000_000L);

    private final ConfigObject object;
    private final String path;
    private final SourceText source;
    private final Problems problems;
    private final Set<String> asked = new LinkedHashSet<>();
    private final Set<String> everAsked;

    Settings(ConfigObject object, String path, SourceText source, Problems problems) {
        this(object, path, source, problems, new LinkedHashSet<>());
    }

    private Settings(ConfigObject object, String path, SourceText source, Problems problems, Set<String> everAsked) {
        this.object = object;
        this.path = path;
        this.source = source;
        this.problems = problems;
        this.everAsked = everAsked;
    }

    /** The paths of all keys that were asked for, here and in whatever is part of the same file. */
    Set<String> everAsked() {
        return everAsked;
    }

    private void ask(String key) {
        asked.add(key);
        everAsked.add(join(key));
    }

    boolean has(String key) {
        ask(key);
        return object.containsKey(key);
    }

    /** The names of the objects inside, in the order of the file as far as it is known. */
    List<String> names() {
        Map<String, String> ordered = new TreeMap<>();
        for (Map.Entry<String, ConfigValue> entry : object.entrySet()) {
            ordered.put(
                    String.format("%09d %s", entry.getValue().origin().lineNumber(), entry.getKey()), entry.getKey());
        }
        return List.copyOf(ordered.values());
    }

    @Nullable Settings child(String key) {
        ConfigValue value = value(key);
        if (value == null) {
            return null;
        }
        if (value.valueType() != ConfigValueType.OBJECT) {
            wrong(key, value, "is not a block", key + " { … }");
            return null;
        }
        return new Settings((ConfigObject) value, join(key), source, problems, everAsked);
    }

    @Nullable String string(String key, @Nullable String example) {
        ConfigValue value = value(key);
        return value == null ? null : scalar(key, value, example);
    }

    int integer(String key, int absent, int min, int max) {
        ConfigValue value = value(key);
        if (value == null) {
            return absent;
        }
        try {
            int number = Integer.parseInt(String.valueOf(value.unwrapped()));
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException e) {
            // said below, as for a number out of range
        }
        wrong(key, value, "is not a number from " + min + " to " + max, key + " = " + Math.max(absent, min));
        return Math.max(absent, min);
    }

    boolean bool(String key, boolean absent) {
        ConfigValue value = value(key);
        if (value == null) {
            return absent;
        }
        switch (String.valueOf(value.unwrapped())) {
            case "true", "yes", "on" -> {
                return true;
            }
            case "false", "no", "off" -> {
                return false;
            }
            default -> {
                wrong(key, value, "is neither true nor false", key + " = " + absent);
                return absent;
            }
        }
    }

    /** A time with its unit; a bare number could be seconds to one reader and milliseconds to another. */
    Duration duration(String key, Duration absent, Duration min, Duration max) {
        ConfigValue value = value(key);
        if (value == null) {
            return absent;
        }
        String text = String.valueOf(value.unwrapped());
        Matcher matcher = DURATION.matcher(text);
        if (!matcher.matches() && !"0".equals(text)) {
            wrong(key, value, "is not a time with its unit (us, ms, s, m, h)", key + " = " + show(absent));
            return absent;
        }
        Duration duration = "0".equals(text)
                ? Duration.ZERO
                : Duration.ofNanos(new BigDecimal(matcher.group(1))
                        .multiply(BigDecimal.valueOf(UNIT_NS.getOrDefault(matcher.group(2), 1L)))
                        .longValue());
        if (duration.compareTo(min) < 0 || duration.compareTo(max) > 0) {
            wrong(key, value, "is not between " + show(min) + " and " + show(max), key + " = " + show(absent));
            return absent;
        }
        return duration;
    }

    @Nullable InetAddress address(String key, String example) {
        ConfigValue value = value(key);
        return value == null ? null : address(key, value, example);
    }

    List<InetAddress> addresses(String key, String example) {
        List<InetAddress> addresses = new ArrayList<>();
        for (ConfigValue value : list(key)) {
            InetAddress address = address(key, value, "[ " + example + " ]");
            if (address != null) {
                addresses.add(address);
            }
        }
        return addresses;
    }

    List<String> strings(String key, String example) {
        List<String> strings = new ArrayList<>();
        for (ConfigValue value : list(key)) {
            String text = scalar(key, value, example);
            if (text != null) {
                strings.add(text);
            }
        }
        return strings;
    }

    /** The values of a list; a value on its own is a list of one. */
    List<ConfigValue> list(String key) {
        ConfigValue value = value(key);
        if (value == null) {
            return List.of();
        }
        return value.valueType() == ConfigValueType.LIST ? List.copyOf((ConfigList) value) : List.of(value);
    }

    /** An element of a list that is an object. */
    Settings element(String key, ConfigObject value) {
        return new Settings(value, join(key), source, problems, everAsked);
    }

    @Nullable String scalar(String key, ConfigValue value, @Nullable String example) {
        if (value.valueType() == ConfigValueType.OBJECT || value.valueType() == ConfigValueType.LIST) {
            wrong(key, value, "is not a single value", example == null ? null : key + " = " + example);
            return null;
        }
        return String.valueOf(value.unwrapped());
    }

    /** Reports every key that was not asked for. */
    void rejectUnknown() {
        for (Map.Entry<String, ConfigValue> entry : object.entrySet()) {
            String key = entry.getKey();
            if (!asked.contains(key)) {
                String hint = Nearest.to(key, asked)
                        .map(near -> "did you mean \"" + near + "\"?")
                        .orElse("known here: " + String.join(", ", asked));
                report(Severity.ALERT, entry.getValue(), key, "unknown key \"" + join(key) + "\"", hint);
            }
        }
    }

    /** Reports the key as missing. */
    void missing(String key, String example) {
        report(Severity.ALERT, object, null, path + " has no \"" + key + "\"", key + " = " + example);
    }

    /** Reports a value, quoting it. */
    void wrong(String key, String what, @Nullable String remedy) {
        ConfigValue value = value(key);
        if (value == null) {
            report(Severity.ALERT, object, null, join(key) + " " + what, remedy);
        } else {
            wrong(key, value, what, remedy);
        }
    }

    void wrong(String key, ConfigValue value, String what, @Nullable String remedy) {
        boolean single = value.valueType() != ConfigValueType.OBJECT && value.valueType() != ConfigValueType.LIST;
        String text = single ? String.valueOf(value.unwrapped()) : "";
        // Quoting a password would put it into the log.
        boolean quote = single && !"password".equals(key);
        report(
                Severity.ALERT,
                value,
                single ? text : key,
                join(key) + (quote ? " \"" + text + "\" " : " ") + what,
                remedy);
    }

    void warn(String key, String what, @Nullable String remedy) {
        ConfigValue value = value(key);
        report(Severity.WARNING, value == null ? object : value, key, join(key) + " " + what, remedy);
    }

    private @Nullable InetAddress address(String key, ConfigValue value, String example) {
        InetAddress address = IpLiteral.parse(String.valueOf(value.unwrapped()));
        if (address == null) {
            wrong(key, value, "is not an IP address", key + " = " + example);
        }
        return address;
    }

    private @Nullable ConfigValue value(String key) {
        ask(key);
        ConfigValue value = object.get(key);
        return value == null || value.valueType() == ConfigValueType.NULL ? null : value;
    }

    private void report(
            Severity severity, ConfigValue at, @Nullable String word, String text, @Nullable String remedy) {
        var origin = source.locate(at.origin(), word);
        problems.add(new Problem(severity, origin, origin + ": " + text, remedy));
    }

    private String join(String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    private static String show(Duration duration) {
        return duration.toMillis() % 1000 == 0 ? duration.toSeconds() + "s" : duration.toMillis() + "ms";
    }
}
