/* svg.c: see svg.h. */
#include "lab/svg.h"

#include <string.h>

#include "lab/grid.h"

/* Colours with enough contrast on white; patterns tell the same without colour. */
static const char STYLE[] =
    "text{font-family:'DejaVu Sans','Noto Sans','Noto Sans CJK SC',Verdana,sans-serif;font-size:13px;fill:#1a1a1a}"
    ".ground{fill:#fff}"
    ".title{font-size:18px;font-weight:bold}.subtitle{font-size:12px;fill:#555}"
    ".small{font-size:11px;fill:#444}.tiny{font-size:9px;fill:#555}.mono{font-family:'DejaVu Sans Mono',monospace;"
    "font-size:12px}.bold{font-weight:bold}"
    ".first{stroke:#0072b2;fill:#0072b2}.second{stroke:#b34700;fill:#b34700}"
    "text.first{stroke:none}text.second{stroke:none}"
    "line,polyline,path{fill:none;stroke-width:1.6}"
    "path.head{stroke:none;fill:#333}path.edge_head{fill:#bbb}path.first.head{fill:#0072b2}path.second.head"
    "{fill:#b34700}path.lost.head{fill:#c00018}path.held.head{fill:#8a2a6b}.dashed{stroke-dasharray:7 3}"
    "line.first,polyline.first,line.second,polyline.second{fill:none}"
    ".flying{stroke-dasharray:7 4}.lost{stroke:#c00018}text.lost,text.held{stroke:none;font-weight:bold}"
    "text.lost{fill:#c00018}.held{stroke:#8a2a6b}text.held{fill:#8a2a6b}"
    ".pole{stroke:#777;stroke-width:1.4}.axis{stroke:#777;stroke-width:1}.grid{stroke:#e2e2e2;stroke-width:1}"
    ".chip{fill:#fff;stroke-width:1.4}.state{fill:#fff;stroke:#999;stroke-width:1.2}"
    ".visited{stroke:#333}rect.here{stroke-width:3}rect.first.here{fill:#d9ecf7}rect.second.here{fill:#fae3d5}"
    ".edge{stroke:#bbb}.gone{stroke:#333;stroke-width:2.2}.often{stroke-width:3.4}"
    ".text_edge{stroke-dasharray:2 4;stroke-linecap:round}.ext_edge{stroke-dasharray:8 4}"
    ".flight{fill:#9fb8c8;stroke:none}.usable{fill:#d8e6ee;stroke:none}.beyond{fill:#f1f1f1;stroke:none}"
    ".unread{fill:#b9b9b9;stroke:none}.edge_of{stroke:#1a1a1a;stroke-width:1.2}"
    ".threshold{stroke:#8a2a6b;stroke-dasharray:6 4}.area{fill:#d8e6ee;stroke:none}"
    ".token{fill:#fff;font-size:11px;font-weight:bold}"
    ".edge_words{font-size:8.5px;fill:#1a1a1a;stroke:#fff;stroke-width:3px;paint-order:stroke}"
    ".banner{fill:#c00018;stroke:none}text.banner_text{fill:#fff;font-weight:bold}"
    ".note{fill:#fff8dc;stroke:#b9a44c;stroke-width:1}";

struct svg svg_begin(struct text *out, double width, double height, const char *title, const char *description) {
    text_format(out,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" aria-labelledby=\"title desc\" width=\"%.0f\" "
                "height=\"%.0f\" viewBox=\"0 0 %.0f %.0f\">\n",
                width, height, width, height);
    text_put(out, "<title id=\"title\">");
    text_put_html(out, title, strlen(title));
    text_put(out, "</title>\n<desc id=\"desc\">");
    text_put_html(out, description, strlen(description));
    text_put(out, "</desc>\n<style>");
    text_put(out, STYLE);
    text_put(out, "</style>\n");
    struct svg svg = {out, width, height};
    svg_rect(&svg, "ground", 0, 0, width, height, 0);
    return svg;
}

void svg_end(struct svg *svg) {
    text_put(svg->out, "</svg>\n");
}

void svg_open(struct svg *svg, double x, double y, double degrees) {
    text_format(svg->out, "<g transform=\"translate(%.1f %.1f)", x, y);
    if (degrees < -0.01 || degrees > 0.01) {
        text_format(svg->out, " rotate(%.2f)", degrees);
    }
    text_put(svg->out, "\">\n");
}

void svg_close(struct svg *svg) {
    text_put(svg->out, "</g>\n");
}

void svg_line(struct svg *svg, const char *class, double x1, double y1, double x2, double y2) {
    text_format(svg->out, "<line class=\"%s\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>\n", class, x1, y1, x2,
                y2);
}

void svg_rect(struct svg *svg, const char *class, double x, double y, double width, double height, double radius) {
    text_format(svg->out, "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"", class, x, y,
                width > 0 ? width : 0, height > 0 ? height : 0);
    if (radius > 0) {
        text_format(svg->out, " rx=\"%.1f\"", radius);
    }
    text_put(svg->out, "/>\n");
}

void svg_circle(struct svg *svg, const char *class, double x, double y, double radius) {
    text_format(svg->out, "<circle class=\"%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\"/>\n", class, x, y, radius);
}

void svg_path(struct svg *svg, const char *class, const char *path) {
    text_format(svg->out, "<path class=\"%s\" d=\"%s\"/>\n", class, path);
}

void svg_text(struct svg *svg, const char *class, double x, double y, enum svg_anchor anchor, const char *utf8) {
    static const char *const anchors[] = {"start", "middle", "end"};
    text_format(svg->out, "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">", class, x, y, anchors[anchor]);
    text_put_html(svg->out, utf8, strlen(utf8));
    text_put(svg->out, "</text>\n");
}

void svg_points_begin(struct svg *svg, const char *class) {
    text_format(svg->out, "<polyline class=\"%s\" points=\"", class);
}

void svg_point(struct svg *svg, double x, double y) {
    text_format(svg->out, "%.1f,%.1f ", x, y);
}

void svg_points_end(struct svg *svg) {
    text_put(svg->out, "\"/>\n");
}

double svg_text_width(const char *utf8, double size) {
    return utf8_columns(utf8) * size * 0.62;
}
